/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A text as a literal of Python; JSON's escapes are Python's too. */
export function pythonText(text: string): string {
  return JSON.stringify(text);
}

/** A text as a literal of JavaScript. */
export function scriptText(text: string): string {
  return JSON.stringify(text);
}

/** A file's name inside a quoted `-F 'name=@"…"'` of curl, where commas and semicolons would end it otherwise. */
export function curlFileName(name: string): string {
  return `"${name.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`)}"`;
}
