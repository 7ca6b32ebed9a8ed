import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { roundWeight } from '../../../src/engine/quantized/round-weight.js';
import { RoundingKernels } from '../../../src/engine/quantized/rounding-kernels.js';
import { isSigned, quantizedSize, ZERO_CODE, type BlockFormat } from '../../../src/graph/quantization/linear-format.js';
import { finerFormat, linearRecipe, type Quantization } from '../../../src/graph/quantization/linear-recipe.js';
import { torchRandn } from '../../../src/engine/random/torch-randn.js';

const folder = mkdtempSync(join(tmpdir(), 'bfloat16-scales-'));
afterAll(() => rmSync(folder, { recursive: true }));
const kernels = new RoundingKernels();
const [ROWS, COLUMNS] = [64, 1024];
/** A normal spread in rows of different sizes, as a checkpoint stores it. */
const WEIGHTS = bfloat16(torchRandn(7, ROWS * COLUMNS).map((value, at) => value * 2 ** (Math.floor(at / COLUMNS) / 9)));

function formatOf(quantization: Quantization): BlockFormat {
  const format = linearRecipe(quantization)('modulation', 'a weight');
  if (format?.kind !== 'blocks') throw new Error(`${quantization} has no blocks`);
  return format;
}

const CASES = [
  { name: 'int8', gpu: formatOf('int8-bfloat16'), cpu: formatOf('int8-dynamic') },
  { name: 'int4', gpu: formatOf('int4-bfloat16'), cpu: formatOf('int4-blocks') },
  { name: 'the sensitive ones of int4', gpu: finerFormat('int4-bfloat16'), cpu: finerFormat('int4-blocks') },
];

/** A block of a rounded weight. */
interface Block {
  readonly values: Float32Array;
  /** Around 0. */
  readonly codes: readonly number[];
  readonly scale: number;
}

/** Rounds the weights and reads the blocks from the file. */
function rounded(format: BlockFormat): Block[] {
  const [from, to] = [join(folder, 'stored'), join(folder, 'rounded')];
  const size = quantizedSize(format, ROWS, COLUMNS);
  writeFileSync(from, WEIGHTS);
  writeFileSync(to, '');
  const stored = { path: from, offset: 0, dtype: 'F32', rowBytes: 4 * COLUMNS, label: 'a weight' } as const;
  const task = { kind: 'round', stored, rows: ROWS, columns: COLUMNS, format, isMeasured: false } as const;
  roundWeight(kernels, { ...task, to: { path: to, codes: 0, scales: size.codes } });
  const bytes = readFileSync(to);
  const { bits, blockSize, scales } = format;
  return Array.from({ length: size.scales }, (_, block) => {
    const at = size.codes + block * (scales.type === 'float32' ? 4 : 2);
    const codeOf = (index: number): number => {
      const place = block * blockSize + index;
      if (isSigned(format)) return bytes.readInt8(place);
      const byte = bytes[bits === 8 ? place : place >> 1] ?? NaN;
      return (bits === 8 ? byte : place % 2 === 0 ? byte & 15 : byte >> 4) - ZERO_CODE[bits];
    };
    return {
      values: WEIGHTS.subarray(block * blockSize, (block + 1) * blockSize),
      codes: Array.from({ length: blockSize }, (_code, index) => codeOf(index)),
      scale: scales.type === 'float32' ? bytes.readFloatLE(at) : floatOf(bytes.readUInt16LE(at)),
    };
  });
}

describe.each(CASES)('weights in $name for a GPU', ({ gpu, cpu }) => {
  const blocks = rounded(gpu);

  test('have the codes that are nearest for the bfloat16 scale that is multiplied with, none beyond the last', () => {
    const last = ZERO_CODE[gpu.bits];
    for (const { values, codes, scale } of blocks) {
      const nearest = Array.from(values, (value) => {
        const code = Math.floor(value / scale + 0.5);
        return Math.max(-last, Math.min(last - 1, code)) + 0;
      });
      expect(codes).toEqual(nearest);
    }
  });

  test('change no more than with scales of float32 that become bfloat16 in the graph, and at most 3 % more than with those', () => {
    const exact = rounded(cpu);
    const cast = exact.map((block) => ({ ...block, scale: nearestBfloat16(block.scale) }));
    expect(change(blocks)).toBeLessThan(1.005 * change(cast));
    expect(change(blocks)).toBeLessThan(1.03 * change(exact));
  });
});

test('with 8 bits no value is further from its code than half a step', () => {
  for (const { gpu } of CASES.filter(({ gpu: { bits } }) => bits === 8)) {
    const steps = rounded(gpu).flatMap(({ values, codes, scale }) =>
      codes.map((code, index) => Math.abs((values[index] ?? NaN) - code * scale) / scale),
    );
    expect(steps.filter((step) => !(step <= 0.5))).toEqual([]);
  }
});

test('with 4 bits MatMulNBits has nothing to round: any code times a scale is a bfloat16', () => {
  const scales = new Set(rounded(formatOf('int4-bfloat16')).map(({ scale }) => scale));
  expect(scales.size).toBeGreaterThan(20);
  for (const scale of scales) {
    const products = Float32Array.from({ length: 16 }, (_, code) => code * scale);
    expect(bfloat16(products)).toEqual(products);
  }
});

test('with 4 bits the best of several scales changes less than the one that brings the largest value to the last code', () => {
  const format = formatOf('int4-bfloat16');
  const first = rounded({ ...format, scales: { ...format.scales, tried: 1 } });
  const best = rounded(format);
  for (const [index, block] of best.entries())
    expect(squaredError(block)).toBeLessThanOrEqual(squaredError(first[index]));
  expect(change(best)).toBeLessThan(0.95 * change(first));
  expect(change(best)).toBeLessThan(change(rounded(formatOf('int4-blocks'))));
});

function squaredError(block: Block | undefined): number {
  if (block === undefined) return NaN;
  const { values, codes, scale } = block;
  return codes.reduce((sum, code, index) => sum + ((values[index] ?? NaN) - code * scale) ** 2, 0);
}

/** How much rounding changes the weights, as a share of them (root mean square). */
function change(blocks: readonly Block[]): number {
  const squares = WEIGHTS.reduce((sum, value) => sum + value ** 2, 0);
  return Math.sqrt(blocks.reduce((sum, block) => sum + squaredError(block), 0) / squares);
}

/** The value of a bfloat16. */
function floatOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0] ?? NaN;
}

/** The nearest bfloat16; of two as near the one that is even. */
function nearestBfloat16(value: number): number {
  const [bits = 0] = new Uint32Array(Float32Array.of(value).buffer);
  return floatOf((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
}

/** What bfloat16 has of floats, cut off. */
function bfloat16(values: Float32Array): Float32Array {
  return new Float32Array(new Uint32Array(values.slice().buffer).map((bits) => bits & 0xffff0000).buffer);
}
