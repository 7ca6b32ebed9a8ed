import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import type { TensorEntry, TensorIndex } from '../checkpoint/tensor-index.js';

/** One component's tensors, each of which the networks made from it may take once. */
export class Weights {
  private readonly taken = new Set<string>();

  constructor(private readonly index: TensorIndex) {}

  /**
   * The tensor `name`, now in use.
   * @throws CheckpointError when the checkpoint lacks it
   */
  take(name: string): TensorEntry {
    const tensor = this.index.get(name);
    if (tensor === undefined)
      throw new CheckpointError(`${this.index.label}: tensor ${this.index.nameInFiles(name)} is missing`);
    if (this.taken.has(name)) throw new Error(`The networks of ${this.index.component} use ${name} twice`);
    this.taken.add(name);
    return tensor;
  }

  /** Names of the tensors that no network took. */
  left(): string[] {
    return [...this.index.names()].filter((name) => !this.taken.has(name));
  }
}
