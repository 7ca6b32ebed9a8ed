const BLOCK_BYTES = 64 * 1024;

/**
 * A file's bytes as they arrive, in blocks of one size: in however small pieces they come, they take no more memory than
 * they are (up to a block), and there is never a second copy of the whole.
 */
export class FileBlocks {
  private readonly full: Uint8Array<ArrayBuffer>[] = [];
  private last = new Uint8Array(BLOCK_BYTES);
  private lastBytes = 0;

  static of(bytes: Uint8Array): FileBlocks {
    const blocks = new FileBlocks();
    blocks.append(bytes);
    return blocks;
  }

  /** The blocks that another thread has made, which are taken over as they are. */
  static from(made: readonly Uint8Array<ArrayBuffer>[]): FileBlocks {
    const blocks = new FileBlocks();
    const last = made.at(-1);
    if (last === undefined) return blocks;
    blocks.full.push(...made.slice(0, -1));
    blocks.last = new Uint8Array(last.buffer);
    blocks.lastBytes = last.length;
    return blocks;
  }

  get length(): number {
    return this.full.length * BLOCK_BYTES + this.lastBytes;
  }

  /** In order; each has its own buffer, which can be handed to another thread. */
  get blocks(): readonly Uint8Array<ArrayBuffer>[] {
    return this.lastBytes === 0 ? this.full : [...this.full, this.last.subarray(0, this.lastBytes)];
  }

  append(piece: Uint8Array): void {
    for (let taken = 0; taken < piece.length;) {
      if (this.lastBytes === BLOCK_BYTES) this.begin();
      const some = piece.subarray(taken, taken + BLOCK_BYTES - this.lastBytes);
      this.last.set(some, this.lastBytes);
      this.lastBytes += some.length;
      taken += some.length;
    }
  }

  private begin(): void {
    this.full.push(this.last);
    this.last = new Uint8Array(BLOCK_BYTES);
    this.lastBytes = 0;
  }
}
