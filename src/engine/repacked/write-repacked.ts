import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { GGUF_BLOCKS, isGgufBlockType, type GgufBlockType } from '../../checkpoint/gguf/block-types.js';
import type { Span } from '../../graph/quantization/quantized-layout.js';
import type { RepackedTensor } from '../../graph/quantization/repacked-layout.js';
import type { WrittenFile } from '../quantized/cache-entry.js';
import { blockValues, decodeBlocks, packCodes } from './decode-rows.js';
import type { DecodedBlocks } from './decoded-blocks.js';

/** Values decoded at once: what repacking takes in memory is bounded by this and by a tensor's scales. */
const VALUES_AT_ONCE = 2 ** 22;

/**
 * Repacks tensors of GGUF types into one file, in its order; a part of it that another process left is written anew.
 * @param root folder of the checkpoint's files
 * @param onWritten called after each tensor
 */
export async function writeRepacked(
  path: string,
  tensors: readonly RepackedTensor[],
  root: string,
  onWritten: () => void,
): Promise<WrittenFile> {
  const target = new SpanWriter(await open(path, 'w'));
  const sources = new Map<string, FileHandle>();
  try {
    for (const tensor of tensors) {
      const { file } = tensor.tensor;
      const source = sources.get(file) ?? (await open(join(root, file)));
      sources.set(file, source);
      await repack(source, tensor, target);
      onWritten();
    }
    await target.sync();
    return target.written;
  } finally {
    await Promise.all([target.close(), ...[...sources.values()].map((file) => file.close())]);
  }
}

async function repack(source: FileHandle, tensor: RepackedTensor, target: SpanWriter): Promise<void> {
  const { spans } = tensor;
  if (spans.kind === 'floats') {
    await target.begin(spans.values);
    for await (const decoded of decodedRows(source, tensor)) await target.append(bytesOf(blockValues(decoded)));
    return;
  }
  const scales: Float32Array[] = [];
  const addends: Float32Array[] = [];
  await target.begin(spans.codes);
  for await (const decoded of decodedRows(source, tensor)) {
    await target.append(packCodes(decoded.codes, spans.form.zeroCode));
    scales.push(decoded.scales);
    addends.push(decoded.addends);
  }
  await target.begin(spans.scales);
  for (const part of scales) await target.append(bytesOf(part));
  if (spans.addends === null) return;
  await target.begin(spans.addends);
  for (const part of addends) await target.append(bytesOf(part));
}

/** A tensor's blocks, some at a time. */
async function* decodedRows(source: FileHandle, tensor: RepackedTensor): AsyncGenerator<DecodedBlocks> {
  const type = blockType(tensor);
  const block = GGUF_BLOCKS[type];
  const total = ((tensor.rows * tensor.columns) / block.values) * block.bytes;
  const atOnce = (VALUES_AT_ONCE / block.values) * block.bytes;
  const bytes = new Uint8Array(Math.min(total, atOnce));
  for (let start = 0; start < total; start += atOnce) {
    const part = bytes.subarray(0, Math.min(atOnce, total - start));
    const { bytesRead } = await source.read(part, 0, part.length, tensor.tensor.offset + start);
    if (bytesRead !== part.length) throw new Error(`${tensor.tensor.label}: tensor ${tensor.name} ends too soon`);
    yield decodeBlocks(type, part);
  }
}

function blockType({ tensor: { dtype, label }, name }: RepackedTensor): GgufBlockType {
  if (isGgufBlockType(dtype)) return dtype;
  throw new Error(`${label}: tensor ${name} has type ${dtype}, which has no blocks`);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Writes arrays at the places that a layout gave them, one after the other, with zeros between them. */
class SpanWriter {
  private bytes = 0;
  private sum = 0;

  constructor(private readonly file: FileHandle) {}

  get written(): WrittenFile {
    return { bytes: this.bytes, crc32: this.sum };
  }

  /** The next bytes are those of an array. */
  async begin({ offset }: Span): Promise<void> {
    await this.append(new Uint8Array(offset - this.bytes));
  }

  async append(part: Uint8Array): Promise<void> {
    // The sum over nothing is 0 whatever came before.
    if (part.length === 0) return;
    await this.file.writeFile(part);
    this.sum = crc32(part, this.sum);
    this.bytes += part.length;
  }

  async sync(): Promise<void> {
    await this.file.sync();
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
