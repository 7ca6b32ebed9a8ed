import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A tensor to be written: float32 values in row order, or the bytes of another type. */
export interface WrittenTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** A temporary LORA_DIR. */
export class LoraFolder {
  private constructor(readonly path: string) {}

  static async create(): Promise<LoraFolder> {
    return new LoraFolder(await realpath(await mkdtemp(join(tmpdir(), 'loras-'))));
  }

  at(label: string): string {
    return join(this.path, label);
  }

  async write(label: string, content: string | Uint8Array): Promise<void> {
    await writeFile(this.at(label), content);
  }

  /** A file of float32 tensors. */
  async writeTensors(
    label: string,
    tensors: Readonly<Record<string, WrittenTensor>>,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<void> {
    await this.write(label, floatSafetensors(tensors, metadata));
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true });
  }
}

/** A factor of zeros, or of one value. */
export const filled = (shape: readonly number[], value = 0): WrittenTensor => ({
  shape,
  values: Array<number>(shape.reduce((product, side) => product * side, 1)).fill(value),
});

/** A scalar, as `.alpha` is. */
export const scalar = (value: number): WrittenTensor => ({ shape: [], values: [value] });

/** A safetensors file of float32 tensors. */
export function floatSafetensors(
  tensors: Readonly<Record<string, WrittenTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Buffer {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { shape, values }]) => {
    const begin = end;
    end += values.length * Float32Array.BYTES_PER_ELEMENT;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const;
  });
  const header = { ...(metadata === undefined ? {} : { __metadata__: metadata }), ...Object.fromEntries(entries) };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Object.values(tensors).map(({ values }) => Buffer.from(Float32Array.from(values).buffer));
  return Buffer.concat([length, text, ...data]);
}
