/** A job can't be taken now; after `retryAfterSeconds` there is likely to be room. */
export class QueueFull extends Error {
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(message);
  }
}

/** A job of this name is there already, and is another. */
export class NameTaken extends Error {}
