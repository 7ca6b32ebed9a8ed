/** What gRPC writes before each message: one byte that tells whether it is compressed, and four of its length. */
const HEADER_BYTES = 5;

/** Finds the messages in a call's bytes, as they arrive: what they announce is known before they are there. */
export class MessageFrames {
  private readonly header = Buffer.alloc(HEADER_BYTES);
  private headerBytes = 0;
  private bodyBytesLeft = 0;

  /** @param announce told of each message when it begins */
  constructor(private readonly announce: (length: number, isCompressed: boolean) => void) {}

  /** The next bytes. @throws as `announce` does */
  feed(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.bodyBytesLeft > 0) {
        const some = Math.min(this.bodyBytesLeft, bytes.length - at);
        this.bodyBytesLeft -= some;
        at += some;
      } else {
        this.header[this.headerBytes] = bytes[at] ?? 0;
        this.headerBytes += 1;
        at += 1;
        if (this.headerBytes === HEADER_BYTES) this.begin();
      }
    }
  }

  private begin(): void {
    this.headerBytes = 0;
    this.bodyBytesLeft = this.header.readUInt32BE(1);
    this.announce(this.bodyBytesLeft, this.header[0] !== 0);
  }
}
