import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import type { TensorEntry, TensorIndex } from '../checkpoint/tensor-index.js';
import type { LoraStack, LoraStacks } from './lora/lora-stacks.js';
import type { LinearFormat } from './quantization/linear-format.js';
import type { QuantizedLayout, QuantizedLinear } from './quantization/quantized-layout.js';
import { RepackedLayout } from './quantization/repacked-layout.js';
import { hasFewBits } from './stored-type.js';

/** Where the graphs' initializers lie. */
export interface WeightStorage {
  /** A tensor's file, seen from the session's folder for external data. */
  locate(tensor: TensorEntry): string;
  /** The linear layers whose weights lie elsewhere, quantized. */
  readonly quantized?: QuantizedLayout;
  /** What LoRAs add to the transformer's linear layers. */
  readonly loras?: LoraStacks;
  /** The tensors of GGUF types, which lie elsewhere in a form that the runtime reads. */
  readonly repacked?: RepackedLayout;
}

/** The checkpoint's root is the session's folder. */
const AS_STORED: WeightStorage = { locate: ({ file }) => file };

/** How a network reads a tensor. */
export interface TensorUse {
  /** Canonical. */
  readonly name: string;
  readonly tensor: TensorEntry;
  /** Number of the block that it belongs to (Scope.block); null outside of numbered blocks. */
  readonly block: number | null;
  /**
   * `linear`: a linear layer's weight, in the form of its own type or quantized (form-of-weight.ts). `table`: rows are picked from
   * it as it is stored. `plain`: all else, in the compute type.
   */
  readonly kind: 'linear' | 'table' | 'plain';
  /** The weight of a linear layer in a block, whose bits nobody has chosen yet. */
  readonly mayBeQuantized: boolean;
}

/** A tensor that no network reads, and why; null when nothing is known of it. */
export interface UnreadTensor {
  readonly name: string;
  readonly reason: string | null;
}

/** One component's tensors, each of which the networks made from it may take once. */
export class Weights {
  private readonly taken = new Map<string, TensorUse>();
  /** Reasons by the place that is left out. */
  private readonly leftOut = new Map<string, string>();
  /** Where tensors of GGUF types lie. */
  readonly repacked: RepackedLayout;
  /** Types of few bits are read: what notes beside the weights say of them is known for the transformer alone. */
  readonly readsFewBits: boolean;
  /** Who made the file has chosen the bits of each of its weights, those that are left whole among them. */
  readonly isQuantizedByFile: boolean;

  constructor(
    private readonly index: TensorIndex,
    private readonly storage = AS_STORED,
  ) {
    this.repacked = storage.repacked ?? new RepackedLayout();
    const isTransformer = index.component === 'transformer';
    this.readsFewBits = isTransformer;
    this.isQuantizedByFile = isTransformer && [...index.names()].some((name) => hasFewBits(this.find(name).dtype));
  }

  /**
   * The tensor `name`.
   * @throws CheckpointError when the checkpoint lacks it
   */
  find(name: string): TensorEntry {
    const tensor = this.index.get(name);
    if (tensor !== undefined) return tensor;
    throw new CheckpointError(`${this.index.label}: tensor ${this.index.nameInFiles(name)} is missing`);
  }

  /** Notes that a network reads a tensor. */
  take(use: TensorUse): void {
    if (this.taken.has(use.name)) throw new Error(`The networks of ${this.index.component} use ${use.name} twice`);
    this.taken.set(use.name, use);
  }

  /** Notes that the networks read nothing at a place, though a checkpoint may have tensors there. */
  leaveOut(place: string, reason: string): void {
    this.leftOut.set(place, reason);
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

  /** What LoRAs add to the linear layer of that name; undefined where none changes it. */
  loraStack(module: string): LoraStack | undefined {
    return this.index.component === 'transformer' ? this.storage.loras?.stackOf(module) : undefined;
  }

  /** What was taken, in that order. */
  uses(): TensorUse[] {
    return [...this.taken.values()];
  }

  /** The tensors that no network took. */
  unread(): UnreadTensor[] {
    return [...this.index.names()]
      .filter((name) => !this.taken.has(name))
      .map((name) => ({ name, reason: this.reasonOf(name) }));
  }

  private reasonOf(name: string): string | null {
    const place = [...this.leftOut.keys()].find((left) => name === left || name.startsWith(`${left}.`));
    return place === undefined ? null : (this.leftOut.get(place) ?? null);
  }
}
