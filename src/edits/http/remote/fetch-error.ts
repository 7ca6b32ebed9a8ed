/** Why something could not be fetched, in words that go on after its name. They hold no address that a name stands for. */
export class FetchError extends Error {
  /** @param isTooLarge it has more bytes than were wanted */
  constructor(
    message: string,
    readonly isTooLarge = false,
  ) {
    super(message);
  }
}
