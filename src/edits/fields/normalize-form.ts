import type { FormInput } from './form-input.js';
import { OPTIONAL_FIELDS } from './known-fields.js';
import { withLoraText } from './lora/bracketed-loras.js';

/**
 * The form as its client meant it, however its library writes forms: the pictures' fields under one name each, LoRAs as one
 * text, line ends in texts as LF, and no optional field that is empty.
 */
export function normalizeForm(input: FormInput): FormInput {
  const { texts, files } = input;
  return {
    ...input,
    texts: new Map(
      [...withLoraText(namedTexts(texts))].filter(([name, text]) => text !== '' || !OPTIONAL_FIELDS.includes(name)),
    ),
    files: files.map((file) => ({ ...file, field: pictureName(file.field) })),
  };
}

/** What a field was given as under several of its names was given several times. */
function namedTexts(texts: FormInput['texts']): Map<string, unknown> {
  const named = new Map<string, unknown>();
  for (const [given, value] of texts) {
    const name = pictureName(given);
    const before = named.get(name);
    named.set(name, before === undefined ? lineFeedsOnly(value) : [before, value].flat());
  }
  return named;
}

/** `image[]`, `image[0]`, `images[]` and `images[0]`, as libraries write arrays, are `image` and `images`. */
function pictureName(name: string): string {
  return /^(images?)\[\d*\]$/.exec(name)?.[1] ?? name;
}

/** Browsers send CRLF for what was typed as LF, and some clients a byte order mark: the same words must make the same picture. */
function lineFeedsOnly(value: unknown): unknown {
  return typeof value === 'string'
    ? value
        .replace(/^\uFEFF/, '')
        .replaceAll('\r\n', '\n')
        .replaceAll('\r', '\n')
    : value;
}
