import { type EditSettings, isGuided, sizeText } from '../protocol/edit-settings.js';

/** What of an edit's settings tells how long one of its pictures takes. */
export type PictureKind = Pick<EditSettings, 'size' | 'numInferenceSteps' | 'trueCfgScale'>;

/** Forward passes of one picture: two a step with guidance. */
export function passesOf(kind: PictureKind): number {
  return kind.numInferenceSteps * (isGuided(kind) ? 2 : 1);
}

/** The same for pictures that take equally long: `100 1024x1024`. */
export function kindText(kind: PictureKind): string {
  return [passesOf(kind), sizeText(kind.size)].join(' ');
}

/** A kind of which kindText gives this text; null: none. */
export function parseKind(text: string): PictureKind | null {
  const [, passes = '', auto, width, height] = /^(\d{1,9}) (?:(auto)|(\d{1,6})x(\d{1,6}))$/.exec(text) ?? [];
  if (passes === '') return null;
  const size = auto === 'auto' ? auto : { width: Number(width), height: Number(height) };
  return { size, numInferenceSteps: Number(passes), trueCfgScale: 1 };
}
