import { open } from 'node:fs/promises';
import { CheckpointError } from '../checkpoint-error.js';
import { isJsonObject } from '../config-reader.js';
import { describeShape, describeValue } from '../describe-value.js';
import { fileError } from '../folder-files.js';
import { readExactly } from '../read-exactly.js';
import type { HeaderEntry } from '../safetensors-header.js';
import type { TensorDtype } from '../tensor-index.js';
import { foreignFormat } from './foreign-quantization.js';

/** A file and its tensors. */
export interface FileEntries {
  readonly label: string;
  /** Absolute. */
  readonly realPath: string;
  readonly entries: readonly HeaderEntry[];
}

/** A tensor with the scale that its file gives for all of it. */
export type ScaledEntry = HeaderEntry & { readonly scale?: number };

/** What a file of 8-bit floats notes beside a layer's weight: the scale, under its older and its newer name, and the format. */
const NOTE = /^(.*)\.(scale_weight|weight_scale|comfy_quant)$/;
/** Of scaled activations and of the file as a whole: not needed. */
const UNUSED = /(^|\.)(scale_input|input_scale|scaled_fp8)$/;
const MOST_FORMAT_BYTES = 4096;

/** ComfyUI's names of the formats that are read. */
const FORMATS: Readonly<Record<string, TensorDtype>> = { float8_e4m3fn: 'F8_E4M3', float8_e5m2: 'F8_E5M2' };

/** What is noted of one layer. */
interface LayerNotes {
  scale?: number;
  dtype?: TensorDtype;
}

/**
 * The tensors of a file without the notes that tools for 8-bit floats write beside them; what those say is with the weights.
 * @throws CheckpointError that names the note that can't be understood
 */
export async function readFloat8Notes({ label, realPath, entries }: FileEntries): Promise<ScaledEntry[]> {
  const notes = new Map<string, LayerNotes>();
  for (const entry of entries) {
    const [, layer = '', kind] = NOTE.exec(entry.name) ?? [];
    if (kind === undefined) continue;
    const of = notes.get(layer) ?? {};
    if (kind === 'comfy_quant') of.dtype = await readFormat(label, realPath, entry);
    else of.scale = await readScale(label, realPath, entry);
    notes.set(layer, of);
  }
  return entries
    .filter(({ name }) => !NOTE.test(name) && !UNUSED.test(name))
    .map((entry) => {
      const { scale, dtype } = notes.get(entry.name.replace(/\.weight$/, '')) ?? {};
      if (!entry.name.endsWith('.weight')) return entry;
      // Some tools store 8-bit floats as bytes and note what they are.
      const stored = entry.dtype === 'U8' && dtype !== undefined ? dtype : entry.dtype;
      return { ...entry, dtype: stored, ...(scale !== undefined && { scale }) };
    });
}

async function readFormat(label: string, path: string, entry: HeaderEntry): Promise<TensorDtype> {
  const text = (await readTensor(label, path, entry, MOST_FORMAT_BYTES)).toString('utf8');
  let note: unknown;
  try {
    note = JSON.parse(text);
  } catch {
    throw new CheckpointError(`${label}: tensor ${describeValue(entry.name)} holds no JSON: ${describeValue(text)}`);
  }
  const format = isJsonObject(note) ? note['format'] : undefined;
  const dtype = typeof format === 'string' && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (dtype !== undefined) return dtype;
  const isRotated = isJsonObject(note) && note['convrot'] === true;
  throw foreignFormat(label, entry.name, `${describeValue(format ?? note)}${isRotated ? ' with convrot' : ''}`);
}

async function readScale(label: string, path: string, entry: HeaderEntry): Promise<number> {
  const { name, dtype, shape, length } = entry;
  const fail = (text: string): never => {
    throw new CheckpointError(`${label}: tensor ${describeValue(name)} ${text}`);
  };
  if (dtype !== 'F32' || length !== Float32Array.BYTES_PER_ELEMENT) {
    return fail(`is ${dtype} ${describeShape(shape)}; only one F32 scale for the whole weight is read`);
  }
  const scale = (await readTensor(label, path, entry, length)).readFloatLE(0);
  return Number.isFinite(scale) && scale > 0 ? scale : fail(`is ${scale}, expected a number above 0`);
}

async function readTensor(label: string, path: string, { offset, length }: HeaderEntry, most: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      return await readExactly(file, offset, Math.min(length, most));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(label, error);
  }
}
