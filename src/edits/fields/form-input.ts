import type { EditError } from '../../protocol/edit-error.js';
import type { FileBlocks } from './file-blocks.js';

/** A file of a form. Its name and declared type are the client's claims and are not used. */
export interface FormFile {
  readonly field: string;
  readonly content: FileBlocks;
  /** Where it stood in a body of JSON, which errors name instead of its field: `images[1].image_url`. */
  readonly place?: string;
  /** Where it is yet to be fetched from: `content` is empty until then. */
  readonly url?: URL;
}

/** An edit's form as it came, from whichever side: nothing of it is checked yet. */
export interface FormInput {
  /**
   * By the names that the client gave. A value is a string, an UnreadableText, a symbol that stands for what can't be a text (see
   * FieldRule), or an array of them where it was repeated.
   */
  readonly texts: ReadonlyMap<string, unknown>;
  readonly files: readonly FormFile[];
  /** What is wrong with how the pictures came: it is answered where pictures are checked. */
  readonly pictureFault?: EditError;
  /** What is wrong with how the mask came. */
  readonly maskFault?: EditError;
}
