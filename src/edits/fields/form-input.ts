import type { FileBlocks } from './file-blocks.js';

/** A file of a form. Its name and declared type are the client's claims and are not used. */
export interface FormFile {
  readonly field: string;
  readonly content: FileBlocks;
}

/** An edit's form as it came, from whichever side: nothing of it is checked yet. */
export interface FormInput {
  /** By the names that the client gave. A value is a string, an UnreadableText, or an array of them where it was repeated. */
  readonly texts: ReadonlyMap<string, unknown>;
  readonly files: readonly FormFile[];
}
