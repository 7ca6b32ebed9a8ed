/** Stands for a text field whose bytes could not be read as text. */
export class UnreadableText {
  /** @param fault what is wrong with it, in words that name the field */
  constructor(readonly fault: string) {}
}
