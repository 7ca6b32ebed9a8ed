/** One text of the field `lora` from several: names, NAME:SCALE or objects in JSON, which become elements of an array. */
export function joinLoras(texts: readonly string[]): string {
  return `[${texts.map((text) => (/^\s*[[{]/.test(text) ? text : JSON.stringify(text))).join(',')}]`;
}
