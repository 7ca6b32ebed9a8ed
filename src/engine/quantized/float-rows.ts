import type { TensorDtype } from '../../checkpoint/tensor-index.js';
import { readWhole } from './file-bytes.js';
import type { RoundingKernels } from './rounding-kernels.js';

/** A matrix as the checkpoint holds it. */
export interface StoredMatrix {
  /** Absolute. */
  readonly path: string;
  /** Bytes from the file's start. */
  readonly offset: number;
  readonly dtype: TensorDtype;
  /** Of each row. */
  readonly rowBytes: number;
  /** For messages. */
  readonly label: string;
}

/** Where rows come to lie in the kernels' memory. */
export interface FloatRowsPlaces {
  readonly columns: number;
  /** Values from one row's beginning to the next one's. */
  readonly stride: number;
  /** Rows at once. */
  readonly atOnce: number;
  /** Place of as many rows as they are stored. */
  readonly bytes: number;
  /** Place of as many rows in float32: [atOnce, stride]. */
  readonly values: number;
}

/** Reads a stored matrix some rows at a time, as float32 with zeros behind each row's last column. */
export class FloatRows {
  /** @param file the opened file of `stored` */
  constructor(
    private readonly kernels: RoundingKernels,
    private readonly file: number,
    private readonly stored: StoredMatrix,
    private readonly places: FloatRowsPlaces,
  ) {
    kernels.floats(places.values, places.atOnce * places.stride).fill(0);
  }

  /** @throws Error when the file ends too soon */
  read(first: number, count: number): void {
    const { rowBytes, offset, label } = this.stored;
    const { columns, stride, bytes, values } = this.places;
    const isRead = readWhole(this.file, this.kernels.bytes(bytes, count * rowBytes), offset + first * rowBytes);
    if (!isRead) throw new Error(`${label} ends too soon`);
    // Without gaps all rows are one.
    const [rows, length] = stride === columns ? [1, count * columns] : [count, columns];
    for (let row = 0; row < rows; row += 1) {
      this.widen(bytes + row * rowBytes, values + row * stride * Float32Array.BYTES_PER_ELEMENT, length);
    }
  }

  private widen(from: number, to: number, count: number): void {
    const { dtype } = this.stored;
    const { run } = this.kernels;
    if (dtype === 'BF16') run.widenBfloat16(from, to, count);
    else if (dtype === 'F16') run.widenFloat16(from, to, count);
    else if (dtype === 'F32') this.kernels.bytes(to, 4 * count).set(this.kernels.bytes(from, 4 * count));
    else throw new Error(`Weights of type ${dtype} are not quantized`);
  }
}
