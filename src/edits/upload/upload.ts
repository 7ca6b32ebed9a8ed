/** A file of a multipart body. Its name and declared type are the client's claims and are not used. */
export interface UploadedFile {
  readonly field: string;
  readonly bytes: Buffer;
}

/** A multipart body as it came: nothing is checked yet but the upload's own limits. */
export interface Upload {
  /** A text field's value: a string; an array where it was repeated; an object where its name has brackets. */
  readonly texts: ReadonlyMap<string, unknown>;
  readonly files: readonly UploadedFile[];
}
