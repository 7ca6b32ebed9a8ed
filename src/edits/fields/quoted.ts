/** How much of a value an error repeats, in Unicode's code points. */
const SHOWN_CHARACTERS = 60;

/** A value of JSON as an error repeats it. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** A text as an error repeats it: in quotes, on one line, its beginning where it is long. */
export function quoted(text: string): string {
  const characters = Array.from(text);
  const shown = characters.length > SHOWN_CHARACTERS ? `${characters.slice(0, SHOWN_CHARACTERS).join('')}…` : text;
  // As JSON escapes it, but for the quotes.
  return `'${JSON.stringify(shown).slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\')}'`;
}
