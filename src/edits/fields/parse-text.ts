import type { OutputSize } from '../../protocol/edit-settings.js';

/*
 * Each parser turns a field's text into its value, or returns what it was given when that isn't wholly such a value, so that
 * a rule can refuse it. Nothing is trimmed, cut or guessed.
 */

/** Decimal digits, with a minus before them or not: `2abc`, ` 3`, `0x10` and `1e3` are no whole numbers. */
export function parseWholeNumber(text: unknown): unknown {
  return typeof text === 'string' && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** Decimal notation, an exponent too; never NaN, and nothing that float32 can't hold. */
export function parseNumber(text: unknown): unknown {
  if (typeof text !== 'string' || !/^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i.test(text)) return text;
  const number = Number(text);
  return Number.isFinite(Math.fround(number)) ? number : text;
}

/** `true` or `false`, as JavaScript, Python and C write them. */
export function parseBoolean(text: unknown): unknown {
  if (text === 'true' || text === 'True' || text === '1') return true;
  return text === 'false' || text === 'False' || text === '0' ? false : text;
}

/** WIDTHxHEIGHT, as an OutputSize in pixels; `auto` stays text. */
export function parseSize(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  const [, width, height] = /^(\d{1,9})x(\d{1,9})$/.exec(text) ?? [];
  if (width === undefined || height === undefined) return text;
  return { width: Number(width), height: Number(height) } satisfies OutputSize;
}
