import type { FileBlocks } from '../../decoding/file-blocks.js';

/** A file of a multipart body. Its name and declared type are the client's claims and are not used. */
export interface UploadedFile {
  readonly field: string;
  readonly content: FileBlocks;
}

/** A multipart body as it came: nothing is checked yet but the upload's own limits. */
export interface Upload {
  /** A text field's value: a string; an array where it was repeated; an object where its name has brackets. */
  readonly texts: ReadonlyMap<string, unknown>;
  readonly files: readonly UploadedFile[];
}

/** An upload whose bytes count among those that the service holds. */
export interface HeldUpload extends Upload {
  /** To be called when the files were handed over and are held here no longer. */
  readonly filesAreGone: () => void;
}
