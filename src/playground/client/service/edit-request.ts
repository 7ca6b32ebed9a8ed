import type { EditRequest } from '../state/app-state.js';
import { maskFile } from '../mask/mask-file.js';
import { type Multipart, multipart } from './multipart.js';

/** What the page sets itself, or has its own place for; every other field is an option. */
export const NO_OPTIONS: readonly string[] = [
  'prompt',
  'images',
  'image',
  'mask',
  'lora',
  'response_format',
  'stream',
  'progress',
];

/** Where the page has another default than the service. */
export const PAGE_DEFAULTS: Readonly<Record<string, string>> = { partial_images: '2' };

/** The text fields of a request, by name. */
export function editTexts({ prompt, options, loras }: EditRequest): [string, string][] {
  const named = Object.entries(loras).map(([name, scale]) => ({
    name,
    ...(scale === '' ? {} : { scale: number(scale) }),
  }));
  const lora: [string, string][] = named.length === 0 ? [] : [['lora', JSON.stringify(named)]];
  return [['prompt', prompt], ...Object.entries(options), ...lora];
}

/** The number that a text is; what is none goes as it is, for the service to say so. */
function number(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The field that the pictures go under: together they are the references of one edit, in order. */
export function pictureField({ together }: EditRequest): string {
  return together ? 'image[]' : 'images';
}

/** Name of the picture that the mask is for. */
export function maskedName({ pictures: [first] }: EditRequest): string {
  return first?.file.name ?? '';
}

/** The form that asks for an edit with all that happens to it. */
export async function editForm(request: EditRequest): Promise<Multipart> {
  const texts = { ...PAGE_DEFAULTS, ...Object.fromEntries(editTexts(request)), progress: 'true' };
  const { mask, pictures } = request;
  const pictureFiles = pictures.map(({ file }) => [pictureField(request), file] as const);
  const maskFiles = mask === null ? [] : [['mask', await maskFile(mask, maskedName(request))] as const];
  return multipart(Object.entries(texts), [...pictureFiles, ...maskFiles]);
}
