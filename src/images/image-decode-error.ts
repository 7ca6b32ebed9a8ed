/** A file that is no usable picture. The message says why in plain words and holds nothing of the host. */
export class ImageDecodeError extends Error {
  override readonly name = 'ImageDecodeError';
}
