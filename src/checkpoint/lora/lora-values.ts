import { open, type FileHandle } from 'node:fs/promises';
import { describeValue } from '../describe-value.js';
import type { HeaderEntry } from '../safetensors-header.js';
import { refusalWarning, type Lora, type LoraFolder } from './lora-folder.js';

/** Whether some of a tensor's values are NaN or infinite: all bits of their exponent are set. */
const IS_BROKEN: Readonly<Record<string, (data: ArrayBuffer) => boolean>> = {
  F32: (data) => new Uint32Array(data).some((bits) => (bits & 0x7f800000) === 0x7f800000),
  BF16: (data) => new Uint16Array(data).some((bits) => (bits & 0x7f80) === 0x7f80),
  F16: (data) => new Uint16Array(data).some((bits) => (bits & 0x7c00) === 0x7c00),
};

/** Read at once; of whole values of every type. */
const CHUNK_BYTES = 2 ** 24;

/**
 * Reads the values of all LoRAs, which are about to be loaded anyway, and refuses those that have one that is no number: it
 * would make every picture black.
 */
export async function refuseUnusableValues(folder: LoraFolder): Promise<LoraFolder> {
  const refusals = new Map<string, string>();
  for (const lora of folder.loras) {
    const fault = await findFault(lora);
    if (fault !== null) refusals.set(lora.name, fault);
  }
  if (refusals.size === 0) return folder;
  return {
    loras: folder.loras.filter(({ name }) => !refusals.has(name)),
    infos: folder.infos.map((info) => ({ ...info, refused: refusals.get(info.name) ?? info.refused })),
    warnings: [...folder.warnings, ...[...refusals].map(([name, refused]) => refusalWarning(name, refused))],
  };
}

async function findFault({ label, path, pairs }: Lora): Promise<string | null> {
  try {
    const file = await open(path);
    try {
      for (const { down, up } of pairs.values()) {
        for (const entry of [down, up]) {
          if (!(await isBroken(file, entry))) continue;
          return `${label}: tensor ${describeValue(entry.name)} has values that are NaN or infinite`;
        }
      }
    } finally {
      await file.close();
    }
    return null;
  } catch {
    return `${label} can't be read any more`;
  }
}

async function isBroken(file: FileHandle, { dtype, offset, length }: HeaderEntry): Promise<boolean> {
  for (let done = 0; done < length; done += CHUNK_BYTES) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, length - done));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, offset + done);
    if (bytesRead < chunk.length) throw new Error('the file has become shorter');
    if (IS_BROKEN[dtype]?.(chunk.buffer) === true) return true;
  }
  return false;
}
