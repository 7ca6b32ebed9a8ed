/** What the cells of the shared memory hold. */
const FREE = 0;
const NEXT_TICKET = 1;
const SERVED = 2;
const CHANGES = 3;
const CELLS = 4;

/**
 * So many pixels may be decoded at once, in all threads together. A thread that asks for some waits until they are free and
 * those that asked before have theirs, so that a large picture is not kept waiting by small ones.
 */
export class PixelSemaphore {
  private readonly cells: Int32Array;

  /** The same memory in several threads is the same semaphore. */
  constructor(readonly memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory);
  }

  /** @param pixels fewer than 2^31 */
  static of(pixels: number): PixelSemaphore {
    const semaphore = new PixelSemaphore(new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT));
    Atomics.store(semaphore.cells, FREE, pixels);
    return semaphore;
  }

  /** Blocks the thread until they are free. Not more than there are in all. */
  take(pixels: number): void {
    const ticket = Atomics.add(this.cells, NEXT_TICKET, 1);
    for (;;) {
      const changes = Atomics.load(this.cells, CHANGES);
      const isNext = Atomics.load(this.cells, SERVED) === ticket;
      if (isNext && Atomics.load(this.cells, FREE) >= pixels) break;
      Atomics.wait(this.cells, CHANGES, changes);
    }
    Atomics.sub(this.cells, FREE, pixels);
    Atomics.add(this.cells, SERVED, 1);
    this.tell();
  }

  giveBack(pixels: number): void {
    Atomics.add(this.cells, FREE, pixels);
    this.tell();
  }

  private tell(): void {
    Atomics.add(this.cells, CHANGES, 1);
    Atomics.notify(this.cells, CHANGES);
  }
}
