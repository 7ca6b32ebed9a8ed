/**
 * A checkpoint folder that can't be served. `message` is one line that names the file, relative to the checkpoint's
 * folder, and the tensor or key, with what was found and what was expected; it never holds a path of the host.
 */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}
