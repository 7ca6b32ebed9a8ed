/** token, or token=token, or token="…"; parameters after semicolons. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const WORD = `(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*")`;
const PARAMETER = `${TOKEN}(?:\\s*=\\s*${WORD})?`;
const PREFERENCE = new RegExp(`\\s*(${TOKEN})(?:\\s*=\\s*(${WORD}))?(?:\\s*;(?:\\s*${PARAMETER})?)*\\s*(?:,|$)`, 'y');

/**
 * The preferences in a Prefer header (RFC 7240): values by name in lower case, '' where there is none; of a repeated one the
 * first counts. What isn't well-formed is skipped up to the next comma: a preference that isn't understood is to be ignored.
 */
export function preferences(header: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let at = 0;
  while (at < header.length) {
    PREFERENCE.lastIndex = at;
    const match = PREFERENCE.exec(header);
    if (match?.[1] !== undefined) {
      const name = match[1].toLowerCase();
      if (!found.has(name)) found.set(name, unquoted(match[2] ?? ''));
      at = PREFERENCE.lastIndex;
    } else {
      const comma = header.indexOf(',', at);
      at = comma < 0 ? header.length : comma + 1;
    }
  }
  return found;
}

function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, '$1') : word;
}
