import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

type Json = Record<string, unknown>;

/** Shapes by tensor name; all are BF16. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

const PUBLISHED = join(import.meta.dirname, '..', 'published');

/** Files of a folder that opens: the published configs, and one or two small tensors a component. */
const TENSORS: Readonly<Record<string, Shapes>> = {
  'transformer/diffusion_pytorch_model.safetensors': { 'img_in.weight': [4, 3], 'img_in.bias': [4] },
  'vae/diffusion_pytorch_model.safetensors': { 'encoder.conv_in.weight': [2, 3, 1, 3, 3] },
  'text_encoder/model.safetensors': { 'visual.merger.ln_q.weight': [5], 'model.norm.weight': [7] },
};
const CONFIGS: Readonly<Record<string, string>> = {
  'transformer/config.json': 'transformer.config.json',
  'vae/config.json': 'vae.config.json',
  'text_encoder/config.json': 'text_encoder.config.json',
  'scheduler/scheduler_config.json': 'scheduler_config.json',
  'processor/preprocessor_config.json': 'preprocessor_config.json',
};
const PIPELINE: Json = {
  _class_name: 'QwenImageEditPipeline',
  scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'],
  text_encoder: ['transformers', 'Qwen2_5_VLForConditionalGeneration'],
  tokenizer: ['transformers', 'Qwen2Tokenizer'],
  processor: ['transformers', 'Qwen2_5_VLProcessor'],
  transformer: ['diffusers', 'QwenImageTransformer2DModel'],
  vae: ['diffusers', 'AutoencoderKLQwenImage'],
};

/** A checkpoint in a temporary folder that opens as it is; tests break it or rearrange it. */
export class SyntheticCheckpoint {
  private constructor(
    /** The temporary folder, removed whole by `remove`. */
    readonly parent: string,
    /** The checkpoint's folder. */
    readonly path: string,
  ) {}

  static async create(name = 'my-model'): Promise<SyntheticCheckpoint> {
    const parent = await realpath(await mkdtemp(join(tmpdir(), 'checkpoint-')));
    const checkpoint = new SyntheticCheckpoint(parent, join(parent, name));
    await checkpoint.writeJson('model_index.json', PIPELINE);
    for (const [label, file] of Object.entries(CONFIGS)) {
      await checkpoint.write(label, await readFile(join(PUBLISHED, file)));
    }
    for (const [label, shapes] of Object.entries(TENSORS)) {
      await checkpoint.writeTensors(label, shapes);
    }
    await checkpoint.writeJson('tokenizer/vocab.json', { a: 0, b: 1 });
    await checkpoint.write('tokenizer/merges.txt', '#version: 0.2\n');
    return checkpoint;
  }

  async remove(): Promise<void> {
    await rm(this.parent, { recursive: true });
  }

  at(label: string): string {
    return join(this.path, label);
  }

  async write(label: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(this.at(label)), { recursive: true });
    await writeFile(this.at(label), content);
  }

  async writeJson(label: string, value: unknown): Promise<void> {
    await this.write(label, JSON.stringify(value));
  }

  async readJson(label: string): Promise<Json> {
    return JSON.parse(await readFile(this.at(label), 'utf8')) as Json;
  }

  /** Sets keys of a JSON file; a key set to undefined is taken out. */
  async set(label: string, changes: Json): Promise<void> {
    await this.writeJson(label, { ...(await this.readJson(label)), ...changes });
  }

  async delete(label: string): Promise<void> {
    await rm(this.at(label), { recursive: true });
  }

  async writeTensors(label: string, shapes: Shapes): Promise<void> {
    await this.write(label, safetensors(shapes));
  }
}

/** A whole safetensors file of BF16 zeros. */
export function safetensors(shapes: Shapes): Buffer {
  const header: Json = {};
  let end = 0;
  for (const [name, shape] of Object.entries(shapes)) {
    const begin = end;
    end += 2 * shape.reduce((product, side) => product * side, 1);
    header[name] = { dtype: 'BF16', shape, data_offsets: [begin, end] };
  }
  return safetensorsFile(header, end);
}

/** A safetensors file with any header, and that many bytes of data. */
export function safetensorsFile(header: unknown, dataBytes: number): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}
