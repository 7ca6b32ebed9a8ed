import { crc32 } from 'node:zlib';
import { GGUF_BLOCKS, isGgufBlockType, type GgufBlockType } from '../../checkpoint/gguf/block-types.js';
import type { TensorDtype } from '../../checkpoint/tensor-index.js';
import { arraysOf, type RepackedSpans } from '../../graph/quantization/repacked-layout.js';
import { readWhole, withFile, writeWhole } from '../quantized/file-bytes.js';
import { blockValues, decodeBlocks, packCodes } from './decode-rows.js';
import type { DecodedBlocks } from './decoded-blocks.js';

/** Values decoded at once: what that takes stays in the processor's cache, and memory doesn't depend on a tensor's size. */
const VALUES_AT_ONCE = 2 ** 17;

/** Repacks the first `rows` of a tensor of a GGUF type. */
export interface RepackTask {
  readonly kind: 'repack';
  readonly stored: {
    /** Absolute. */
    readonly path: string;
    /** Bytes from the file's start. */
    readonly offset: number;
    readonly dtype: TensorDtype;
    /** For messages. */
    readonly label: string;
  };
  readonly rows: number;
  readonly columns: number;
  /** Where its arrays come to lie in the file at `path`. */
  readonly spans: RepackedSpans;
  /** Absolute; the file exists. */
  readonly path: string;
}

/**
 * Reads a tensor once, some blocks at a time, and writes what they hold to the arrays' places.
 * @returns the arrays' CRC-32, in the file's order
 * @throws Error when the file ends too soon
 */
export function repackTensor({ stored, rows, columns, spans, path }: RepackTask): number[] {
  const type = blockType(stored);
  const block = GGUF_BLOCKS[type];
  const total = ((rows * columns) / block.values) * block.bytes;
  const buffer = new Uint8Array(Math.min(total, (VALUES_AT_ONCE / block.values) * block.bytes));
  return withFile(stored.path, 'r', (source) =>
    withFile(path, 'r+', (target) => {
      const writers = arraysOf(spans).map(({ offset }) => new ArrayWriter(target, offset));
      for (let done = 0; done < total; done += buffer.length) {
        const bytes = buffer.subarray(0, Math.min(buffer.length, total - done));
        if (!readWhole(source, bytes, stored.offset + done)) throw new Error(`${stored.label} ends too soon`);
        const parts = partsOf(spans, decodeBlocks(type, bytes));
        for (const [index, writer] of writers.entries()) writer.append(parts[index]);
      }
      return writers.map(({ sum }) => sum);
    }),
  );
}

function blockType({ dtype, label }: RepackTask['stored']): GgufBlockType {
  if (isGgufBlockType(dtype)) return dtype;
  throw new Error(`${label} has type ${dtype}, which has no blocks`);
}

/** What decoded blocks add to each of their arrays; addends last, which not all have. */
function partsOf(spans: RepackedSpans, decoded: DecodedBlocks): readonly Uint8Array[] {
  if (spans.kind === 'floats') return [bytesOf(blockValues(decoded))];
  return [packCodes(decoded.codes, spans.form.zeroCode), bytesOf(decoded.scales), bytesOf(decoded.addends)];
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Writes an array's bytes one after the other. */
class ArrayWriter {
  /** CRC-32 of what was written. */
  sum = 0;

  constructor(
    private readonly file: number,
    private position: number,
  ) {}

  append(bytes: Uint8Array = new Uint8Array()): void {
    writeWhole(this.file, bytes, this.position);
    this.sum = crc32(bytes, this.sum);
    this.position += bytes.length;
  }
}
