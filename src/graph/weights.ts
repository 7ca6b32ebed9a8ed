import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import type { TensorEntry, TensorIndex } from '../checkpoint/tensor-index.js';
import type { LinearFormat } from './quantization/linear-format.js';
import type { QuantizedLayout, QuantizedLinear } from './quantization/quantized-layout.js';

/** Where the graphs' initializers lie. */
export interface WeightStorage {
  /** A tensor's file, seen from the session's folder for external data. */
  locate(tensor: TensorEntry): string;
  /** The linear layers whose weights lie elsewhere, quantized. */
  readonly quantized?: QuantizedLayout;
}

/** The checkpoint's root is the session's folder. */
const AS_STORED: WeightStorage = { locate: ({ file }) => file };

/** One component's tensors, each of which the networks made from it may take once. */
export class Weights {
  private readonly taken = new Set<string>();

  constructor(
    private readonly index: TensorIndex,
    private readonly storage = AS_STORED,
  ) {}

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

  /** A checkpoint's file, seen from the session's folder for external data. */
  location(tensor: TensorEntry): string {
    return this.storage.locate(tensor);
  }

  /** What the linear weight `name` is quantized to in the network `graph`; undefined where it stays as it is. */
  formatOf(graph: string, name: string): LinearFormat | undefined {
    return this.storage.quantized?.formatOf(graph, name);
  }

  /** The place of a linear weight that is quantized; of the rows first ones alone. */
  quantized(name: string, tensor: TensorEntry, format: LinearFormat, rows: number, columns: number): QuantizedLinear {
    if (this.storage.quantized === undefined) throw new Error(`${name} is not quantized`);
    return this.storage.quantized.place({ component: this.index.component, name, tensor, format, rows, columns });
  }

  /** Names of the tensors that no network took. */
  left(): string[] {
    return [...this.index.names()].filter((name) => !this.taken.has(name));
  }
}
