import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { readPart } from './read-part.js';

const { onnx } = onnxProto;

/** A linear layer's weight as a graph's node says that it is rounded. */
export interface RoundedWeight {
  readonly graph: string;
  /** The checkpoint's name of the tensor. */
  readonly name: string;
  readonly bits: 4 | 8;
  /** Inputs that share a scale. */
  readonly blockSize: number;
  /** Outputs: the tensor's first rows. */
  readonly rows: number;
  readonly columns: number;
  /** float32 [rows, columns] */
  readonly values: Float32Array;
}

interface Stored {
  readonly name: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** All rounded weights of an exported folder, restored by the operators' definitions; nothing of what wrote them is used. */
export function readRoundedWeights(folder: string): RoundedWeight[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.onnx'))
    .flatMap((name) => {
      const { graph } = onnx.ModelProto.decode(readFileSync(join(folder, name)));
      const stored = new Map((graph?.initializer ?? []).map((tensor) => [tensor.name ?? '', tensor]));
      const take = (input: string | undefined): Stored => read(folder, stored.get(input ?? ''));
      return (graph?.node ?? []).flatMap(({ opType, input, attribute }) => {
        const inputs = input ?? [];
        if (opType === 'DynamicQuantizeMatMul') {
          const weight = channels(take(inputs[1]), take(inputs[2]), take(inputs[3]));
          return [{ graph: name, ...weight }];
        }
        if (opType !== 'MatMulNBits') return [];
        if ((inputs[3] ?? '') !== '' || (inputs[4] ?? '') !== '') throw new Error('No zero points were expected');
        const number = (key: string): number => Number(attribute?.find((item) => item.name === key)?.i);
        const [rows, columns, blockSize] = [number('N'), number('K'), number('block_size')];
        const bits = number('bits') === 4 ? 4 : 8;
        const codes = take(inputs[1]);
        const values = blocks(codes.bytes, floats(take(inputs[2]).bytes), { bits, blockSize, rows, columns });
        return [{ graph: name, name: codes.name, bits, blockSize, rows, columns, values }];
      });
    });
}

/** DynamicQuantizeMatMul's B [columns, rows], a scale for each row, one zero point for all. */
function channels(codes: Stored, scaleTensor: Stored, zeroPoint: Stored): Omit<RoundedWeight, 'graph'> {
  const [columns = 0, rows = 0] = codes.shape;
  const scales = floats(scaleTensor.bytes);
  const [zero = NaN] = zeroPoint.bytes;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      values[row * columns + column] = ((codes.bytes[column * rows + row] ?? NaN) - zero) * (scales[row] ?? NaN);
    }
  }
  return { name: codes.name, bits: 8, blockSize: columns, rows, columns, values };
}

/** MatMulNBits' B [rows, blocks, bytes], a scale for each block; without zero points the middle code stands for zero. */
function blocks(
  codes: Uint8Array,
  scales: Float32Array,
  { bits, blockSize, rows, columns }: Pick<RoundedWeight, 'bits' | 'blockSize' | 'rows' | 'columns'>,
): Float32Array {
  const blocksOfRow = Math.ceil(columns / blockSize);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const at = row * blocksOfRow * blockSize + column;
      const byte = codes[bits === 8 ? at : at >> 1] ?? NaN;
      const code = bits === 8 ? byte : at % 2 === 0 ? byte & 15 : byte >> 4;
      const scale = scales[row * blocksOfRow + Math.floor(column / blockSize)] ?? NaN;
      values[row * columns + column] = (code - 2 ** (bits - 1)) * scale;
    }
  }
  return values;
}

function read(folder: string, tensor: onnxProto.onnx.ITensorProto | undefined): Stored {
  if (tensor === undefined) throw new Error('A node reads something that is not stored');
  const { name, dims, externalData, rawData, int32Data } = tensor;
  const shape = (dims ?? []).map(Number);
  const entry = (key: string): string => externalData?.find((item) => item.key === key)?.value ?? '';
  if (entry('location') === '') {
    return {
      name: name ?? '',
      shape,
      bytes: rawData?.length ? rawData : Uint8Array.from(int32Data ?? []),
    };
  }
  const bytes = readPart(join(folder, entry('location')), Number(entry('offset')), Number(entry('length')));
  return { name: name ?? '', shape, bytes };
}

const floats = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);
