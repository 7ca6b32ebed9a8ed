import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { TensorDtype } from '../../../src/checkpoint/tensor-index.js';
import { roundWeight, type RoundedWeight } from '../../../src/engine/quantized/round-weight.js';
import { RoundingKernels } from '../../../src/engine/quantized/rounding-kernels.js';
import { quantizedTypes, type LinearFormat } from '../../../src/graph/quantization/linear-format.js';
import { finerFormat, linearRecipe, type Quantization } from '../../../src/graph/quantization/linear-recipe.js';
import { roundPlainly, type PlainRounded } from '../../support/plain-rounding.js';

const folder = mkdtempSync(join(tmpdir(), 'round-weight-'));
afterAll(() => rmSync(folder, { recursive: true }));
const kernels = new RoundingKernels();

/** How a graph's weights are rounded that aren't sensitive. */
function formatOf(quantization: Quantization, graph = 'modulation'): LinearFormat {
  const format = linearRecipe(quantization)(graph, 'a weight');
  if (format === undefined) throw new Error(`${quantization} leaves weights whole`);
  return format;
}

const INT4 = formatOf('int4-blocks');
/** Those of the CPU, and those of GPUs. */
const FORMATS: readonly LinearFormat[] = [
  INT4,
  finerFormat('int4-blocks'),
  formatOf('int8-dynamic'),
  formatOf('int8-dynamic', 'denoiser'),
  formatOf('int4-bfloat16'),
  finerFormat('int4-bfloat16'),
  formatOf('int8-bfloat16'),
];
/** Whole blocks and tiles, rows that end within one, and more rows than are rounded at once. */
const SHAPES = [
  { rows: 48, columns: 256 },
  { rows: 37, columns: 70 },
  { rows: 1, columns: 5 },
  { rows: 300, columns: 900 },
];
const DTYPES = ['BF16', 'F16', 'F32'] as const;
/** Bytes that lie before the tensor in its file: it may begin anywhere. */
const OFFSET = 13;

/**
 * Values like a normal spread's in rows of very different sizes, in between zeros, equals of either sign, values on a code's edge, and
 * the smallest that there are.
 */
function weights(rows: number, columns: number): Float32Array {
  let state = 1;
  const uniform = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const values = Float32Array.from({ length: rows * columns }, (_, index) => {
    const size = 10 ** ((Math.floor(index / columns) % 7) - 4);
    return size * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  });
  const fill = (row: number, value: (column: number) => number): void => {
    if (row < rows) for (let column = 0; column < columns; column += 1) values[row * columns + column] = value(column);
  };
  fill(2, () => 0);
  fill(3, (column) => (column % 2 === 0 ? -0 : 0));
  fill(4, (column) => (column % 3 === 0 ? 1 : -1));
  fill(5, (column) => ((column % 17) - 8) / 16);
  fill(6, (column) => (column % 32) * 2 ** -149);
  fill(7, (column) => (column === 40 ? NaN : column === 3 ? Infinity : column));
  fill(8, (column) => (column === 33 ? NaN : Math.sin(column)));
  return values;
}

/** Writes values as a file stores them. @returns the values that are then stored */
function store(path: string, values: Float32Array, dtype: TensorDtype): Float32Array {
  const bits = new Uint32Array(values.buffer);
  const stored =
    dtype === 'F32'
      ? values
      : Uint16Array.from(values, (value, index) => (dtype === 'BF16' ? (bits[index] ?? 0) >>> 16 : halfBits(value)));
  writeFileSync(path, Buffer.concat([Buffer.alloc(OFFSET), Buffer.from(stored.buffer)]));
  if (dtype === 'F32') return values;
  return Float32Array.from(stored as Uint16Array, (half) => (dtype === 'BF16' ? bfloat16Value(half) : halfValue(half)));
}

function bfloat16Value(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0] ?? NaN;
}

/** IEEE 754's binary16, which rounds to zero here. */
function halfBits(value: number): number {
  const sign = Object.is(Math.sign(value), -0) || value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65504) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const fraction = Math.floor(size / 2 ** (exponent - 10));
  return sign | (size < 2 ** -14 ? fraction : ((exponent + 14) << 10) + fraction);
}

function halfValue(half: number): number {
  const sign = half >> 15 === 0 ? 1 : -1;
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** A weight rounded by the kernels, from one file into another. */
function round(
  dtype: TensorDtype,
  format: LinearFormat,
  { rows, columns }: { rows: number; columns: number },
): { plain: PlainRounded; values: Float32Array; rounded: RoundedWeight; codes: Buffer; scales: Buffer } {
  const [from, to] = [join(folder, 'stored'), join(folder, 'rounded')];
  const values = store(from, weights(rows, columns), dtype);
  const plain = roundPlainly(values, columns, format);
  writeFileSync(to, '');
  const scalesAt = 64 + plain.codes.length;
  const rounded = roundWeight(kernels, {
    kind: 'round',
    stored: { path: from, offset: OFFSET, dtype, rowBytes: columns * (dtype === 'F32' ? 4 : 2), label: 'a weight' },
    rows,
    columns,
    format,
    isMeasured: true,
    to: { path: to, codes: 64, scales: scalesAt },
  });
  const written = readFileSync(to);
  const { scales: type } = quantizedTypes(format);
  const scales = Buffer.from((type === 'float32' ? plain.scales : bfloat16Bits(plain.scales)).buffer);
  expect(written).toHaveLength(scalesAt + scales.length);
  expect(written.subarray(scalesAt).equals(scales)).toBe(true);
  return { plain, values, rounded, codes: written.subarray(64, scalesAt), scales };
}

/** @throws unless bfloat16 holds all of them */
const bfloat16Bits = (values: Float32Array): Uint16Array =>
  Uint16Array.from(new Uint32Array(values.buffer), (bits) => {
    if ((bits & 0xffff) !== 0) throw new Error('bfloat16 does not hold a scale');
    return bits >>> 16;
  });

describe.each(FORMATS.map((format) => ({ name: JSON.stringify(format), format })))(
  'a weight in $name',
  ({ format }) => {
    test.each(SHAPES.flatMap((shape) => DTYPES.map((dtype) => ({ ...shape, dtype }))))(
      '[$rows, $columns] of $dtype is rounded as it is defined, to the bit',
      ({ dtype, ...shape }) => {
        const { plain, rounded, codes, scales } = round(dtype, format, shape);
        expect(codes.equals(plain.codes)).toBe(true);
        expect(rounded).toMatchObject({ codes: crc32(codes), scales: crc32(scales) });
      },
    );
  },
);

test('what rounding to blocks loses is the most changed row or column, but for a hundredth', () => {
  const [rows, columns] = [128, 320];
  const format = INT4;
  const values = weights(rows, columns).map((value) => (Number.isFinite(value) ? value : 0));
  const { restored } = roundPlainly(values, columns, format);
  const shares = (count: number, length: number, at: (index: number, place: number) => number): number[] =>
    Array.from({ length: count }, (_, index) => {
      let [squares, errors] = [0, 0];
      for (let place = 0; place < length; place += 1) {
        const value = values[at(index, place)] ?? NaN;
        squares += value ** 2;
        errors += (value - (restored[at(index, place)] ?? NaN)) ** 2;
      }
      return Math.sqrt(errors / squares);
    })
      .filter((share) => !Number.isNaN(share))
      .sort((one, other) => one - other);
  const byRow = shares(rows, columns, (row, column) => row * columns + column);
  const byColumn = shares(columns, rows, (column, row) => row * columns + column);
  const most = (sorted: readonly number[]): number => sorted[Math.ceil(0.99 * sorted.length) - 1] ?? NaN;
  const loss = measure(values, rows, columns, format);
  expect(loss.kind).toBe('blocks');
  expect(loss.change).toBeCloseTo(Math.max(most(byRow), most(byColumn)), 12);
});

test('of channels it is the change as a whole, and the inputs read by the outputs that read few', () => {
  const [rows, columns] = [40, 100];
  const values = weights(rows, columns).map((value, index) => {
    // Six rows of a single input each.
    if (index < 6 * columns) return index % columns === 7 ? 0.5 : 0;
    return Number.isFinite(value) ? value : 0;
  });
  const { restored } = roundPlainly(values, columns, { kind: 'channels' });
  const sum = (of: (value: number, index: number) => number): number =>
    values.reduce((total, value, index) => total + of(value, index), 0);
  const loss = measure(values, rows, columns, { kind: 'channels' });
  expect(loss).toMatchObject({ kind: 'channels', inputsRead: 0.01 });
  const change = Math.sqrt(sum((value, index) => (value - (restored[index] ?? NaN)) ** 2) / sum((value) => value ** 2));
  // The restored values are float32.
  expect(loss.change / change).toBeCloseTo(1, 4);
});

function measure(
  values: Float32Array,
  rows: number,
  columns: number,
  format: LinearFormat,
): NonNullable<RoundedWeight['loss']> {
  const path = join(folder, 'measured');
  store(path, values, 'F32');
  const stored = { path, offset: OFFSET, dtype: 'F32', rowBytes: 4 * columns, label: 'a weight' } as const;
  const { loss } = roundWeight(kernels, { kind: 'round', stored, rows, columns, format, isMeasured: true, to: null });
  if (loss === null) throw new Error('Nothing was measured');
  return loss;
}

test('a file that ends within a weight is told', () => {
  const path = join(folder, 'short');
  writeFileSync(path, Buffer.alloc(100));
  const stored = { path, offset: 0, dtype: 'BF16', rowBytes: 64, label: 'model.safetensors: tensor a' } as const;
  const task = { kind: 'round', stored, rows: 2, columns: 32, format: { kind: 'channels' }, to: null } as const;
  expect(() => roundWeight(kernels, { ...task, isMeasured: false })).toThrow(
    'model.safetensors: tensor a ends too soon',
  );
});
