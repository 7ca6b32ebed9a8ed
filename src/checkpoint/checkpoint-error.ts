/** A message has to fit on a screen. */
const MOST_NAMED = 20;

/**
 * A checkpoint folder that can't be served. `message` is one line that names the file, relative to the checkpoint's
 * folder, and the tensor or key, with what was found and what was expected; it never holds a path of the host.
 */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';

  /** @param faults each by itself, where there are several */
  constructor(
    message: string,
    readonly faults: readonly string[] = [message],
  ) {
    super(message);
  }

  /** One error for all that is wrong, in order; a fault that several have met counts once. */
  static of(errors: readonly CheckpointError[]): CheckpointError {
    const faults = [...new Set(errors.flatMap((error) => error.faults))];
    const more = faults.length - MOST_NAMED;
    const named = more > 0 ? [...faults.slice(0, MOST_NAMED), `and ${more} more`] : faults;
    return new CheckpointError(named.join(' | '), faults);
  }
}

/** The host or a setting stands in the way; the folder itself may be whole. */
export class HostError extends CheckpointError {}
