import { Arena, type Chunk } from './arena.js';

/** A tensor in the memory of a run. */
export type Held = Chunk;

/** The memory of one session's runs: what its graph's operators make, and when nothing reads it any more. */
export class RunMemory {
  private readonly arena = new Arena();

  /** @param padding of each tensor, a share of it: pieces of the arena that just fit then don't */
  constructor(private readonly padding = 0) {}

  /** What the session keeps. */
  get bytes(): number {
    return this.arena.bytes;
  }

  tensor(bytes: number): Held {
    return this.arena.allocate(bytes * (1 + this.padding));
  }

  drop(...tensors: readonly Held[]): void {
    for (const tensor of tensors) this.arena.release(tensor);
  }

  /** A tensor made of others, which nothing else reads. */
  from(bytes: number, ...tensors: readonly Held[]): Held {
    const made = this.tensor(bytes);
    this.drop(...tensors);
    return made;
  }

  /** Memory that a kernel takes while it runs. */
  scratch(bytes: number): void {
    if (bytes > 0) this.arena.release(this.arena.allocate(bytes));
  }

  /** One run of a graph, which gives back all that it has taken. */
  run(inputBytes: readonly number[], operators: () => readonly Held[]): void {
    const inputs = inputBytes.map((bytes) => this.tensor(bytes));
    this.drop(...operators(), ...inputs);
    this.arena.endRun();
  }
}
