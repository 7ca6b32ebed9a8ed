import { readFileSync } from 'node:fs';
import { ROUNDING_WASM } from '../../program/program-files.js';

/** What kernels/rounding.ts exports: each pointer counts bytes from the memory's start. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly freeMemory: () => number;
  readonly widenBfloat16: (source: number, target: number, count: number) => void;
  readonly widenFloat16: (source: number, target: number, count: number) => void;
  readonly roundBlocks: (
    values: number,
    rows: number,
    stride: number,
    bits: number,
    blockSize: number,
    scaleBits: number,
    tried: number,
    isSigned: boolean,
    codes: number,
    scales: number,
    columnSums: number,
    rowSums: number,
  ) => void;
  readonly roundChannels: (
    values: number,
    rows: number,
    stride: number,
    codes: number,
    scales: number,
    sums: number,
  ) => void;
  readonly transpose: (
    source: number,
    rows: number,
    columns: number,
    stride: number,
    target: number,
    targetStride: number,
  ) => void;
}

const PAGE_BYTES = 65_536;
const ALIGNMENT = 64;

/** The compiled kernels of one thread, with the memory that they work on. */
export class RoundingKernels {
  /** They take pointers, which `place` gives. */
  readonly run: Exports;

  constructor() {
    const module = new WebAssembly.Module(readFileSync(ROUNDING_WASM));
    this.run = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  }

  /** Places for arrays of so many bytes each; all that was placed before is given up. */
  place<Name extends string>(lengths: Readonly<Record<Name, number>>): Record<Name, number> {
    let end = this.run.freeMemory();
    const places = {} as Record<Name, number>;
    for (const name of Object.keys(lengths) as Name[]) {
      places[name] = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
      end = places[name] + lengths[name];
    }
    const missing = end - this.run.memory.buffer.byteLength;
    if (missing > 0) this.run.memory.grow(Math.ceil(missing / PAGE_BYTES));
    return places;
  }

  /** What lies at a place, valid until the next `place`. */
  bytes(place: number, length: number): Uint8Array {
    return new Uint8Array(this.run.memory.buffer, place, length);
  }

  floats(place: number, count: number): Float32Array {
    return new Float32Array(this.run.memory.buffer, place, count);
  }

  doubles(place: number, count: number): Float64Array {
    return new Float64Array(this.run.memory.buffer, place, count);
  }
}
