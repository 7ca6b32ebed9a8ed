import { parseEnv } from 'node:util';

/** A line of the file that can't be read as what it should be. */
export interface EnvFileFault {
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong, or what was expected. Never what stands there: it may be a secret. */
  readonly message: string;
}

export interface EnvFile {
  readonly variables: ReadonlyMap<string, string>;
  readonly faults: readonly EnvFileFault[];
}

const BYTE_ORDER_MARK = /^\uFEFF/;
const BLANK_OR_COMMENT = /^\s*(#.*)?$/;
/** `NAME=`, with what stands before the value. */
const SETTING = /^\s*(?:export\s+)?([\w.-]+)\s*=\s*/;
const QUOTES = ['"', "'", '`'];

const NO_SETTING = 'expected NAME=value, a comment that begins with #, or a blank line';
/** Node ends the value there: what follows would be lost, and a key that begins so is no key at all. */
const BARE_HASH = 'a value with a # must stand in quotes; a comment behind a value needs a space before its #';
const BAD_QUOTES = 'a quoted value must end with the quote that it begins with, and only a comment may follow';

/**
 * Reads the text of a `.env` file. Node's parser takes the values (quotes, several lines between quotes, comments behind
 * them), but it skips what it can't read without a word, and a setting that is skipped may be the API's key: so this
 * splits the text into settings, has Node read one at a time, and tells of every line that is none.
 */
export function parseEnvFile(text: string): EnvFile {
  const lines = text.replace(BYTE_ORDER_MARK, '').split(/\r\n?|\n/);
  const variables = new Map<string, string>();
  const faults: EnvFileFault[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (BLANK_OR_COMMENT.test(line)) continue;
    const [head, name] = SETTING.exec(line) ?? [];
    if (head === undefined || name === undefined) {
      faults.push({ line: index + 1, message: NO_SETTING });
      continue;
    }
    if (hasBareHash(line, head.length)) {
      faults.push({ line: index + 1, message: BARE_HASH });
      continue;
    }
    const rest = [line.slice(head.length), ...lines.slice(index + 1)];
    const length = valueLines(rest);
    const value = length === null ? undefined : readValue(rest.slice(0, length).join('\n'));
    if (value === undefined) faults.push({ line: index + 1, message: BAD_QUOTES });
    else variables.set(name, value);
    index += (length ?? 1) - 1;
  }
  return { variables, faults };
}

/** Whether the first # of a value without quotes, which begins at `start`, touches what stands before it. */
function hasBareHash(line: string, start: number): boolean {
  if (QUOTES.includes(line.charAt(start))) return false;
  return /\S/.test(line.charAt(line.indexOf('#', start) - 1));
}

/** How many of the lines the value at the start of the first one takes; null when its quotes are wrong. */
function valueLines(lines: readonly string[]): number | null {
  const [first = ''] = lines;
  const quote = first.charAt(0);
  if (!QUOTES.includes(quote)) return 1;
  const last = lines.findIndex((line, index) => line.includes(quote, index === 0 ? 1 : 0));
  const end = lines[last];
  if (end === undefined) return null;
  const behind = end.slice(end.indexOf(quote, last === 0 ? 1 : 0) + 1);
  return BLANK_OR_COMMENT.test(behind) ? last + 1 : null;
}

function readValue(text: string): string | undefined {
  return parseEnv(`VALUE=${text}`)['VALUE'];
}
