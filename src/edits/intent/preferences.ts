/** token, or token=token, or token="…"; parameters after semicolons. */
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const WORD = `(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*")`;
const PARAMETER = `${TOKEN}(?:\\s*=\\s*${WORD})?`;
const PREFERENCE = new RegExp(`\\s*(${TOKEN})(?:\\s*=\\s*${WORD})?(?:\\s*;\\s*(?:${PARAMETER})?)*\\s*(?:,|$)`, 'y');

/**
 * The names of the preferences in a Prefer header (RFC 7240), in lower case. What isn't well-formed is skipped up to the
 * next comma: a preference that isn't understood is to be ignored.
 */
export function preferences(header: string): ReadonlySet<string> {
  const names = new Set<string>();
  let at = 0;
  while (at < header.length) {
    PREFERENCE.lastIndex = at;
    const match = PREFERENCE.exec(header);
    if (match?.[1] !== undefined) {
      names.add(match[1].toLowerCase());
      at = PREFERENCE.lastIndex;
    } else {
      const comma = header.indexOf(',', at);
      at = comma < 0 ? header.length : comma + 1;
    }
  }
  return names;
}
