import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { describeWeights } from '../../../src/checkpoint/transformer-weights/describe-weights.js';
import { openEditCheckpoint, type EditCheckpoint } from '../../../src/engine/open-edit-checkpoint.js';
import { buildGraphs } from '../../../src/graph/checkpoint-graphs.js';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'weight-files');
const GGUF = join(FIXTURES, 'mixture.gguf');
const FP8 = join(FIXTURES, 'comfy-fp8.safetensors');
const parent = realpathSync(mkdtempSync(join(tmpdir(), 'source-')));
afterAll(() => rmSync(parent, { recursive: true }));

/** Of the fixtures' transformer, as transformer/config.json has it. */
const CONFIG = {
  _class_name: 'QwenImageTransformer2DModel',
  attention_head_dim: 128,
  axes_dims_rope: [16, 56, 56],
  in_channels: 64,
  joint_attention_dim: 256,
  num_attention_heads: 2,
  num_layers: 2,
  out_channels: 16,
  patch_size: 2,
};
const NOTHING_TELLS =
  "x.gguf doesn't tell whether the model has zero_cond_t, and there is no transformer/config.json: set QWEN_ZERO_COND_T=true for Qwen-Image-Edit-2511 and its kin, QWEN_ZERO_COND_T=false for 2509";

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

function writeSafetensors(path: string, entries: readonly Entry[]): void {
  let end = 0;
  const header = Object.fromEntries(
    entries.map(({ name, dtype, shape, data }) => {
      const begin = end;
      end += data.length;
      return [name, { dtype, shape, data_offsets: [begin, end] }];
    }),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, ...entries.map(({ data }) => data)]));
}

const bytes = (dtype: string, name: string, count = 4): Entry => ({
  name,
  dtype,
  shape: [count],
  data: Buffer.alloc(count),
});
const text = (name: string, value: string): Entry => ({
  name,
  dtype: 'U8',
  shape: [value.length],
  data: Buffer.from(value),
});
const float = (name: string, value: number): Entry => {
  const data = Buffer.alloc(4);
  data.writeFloatLE(value);
  return { name, dtype: 'F32', shape: [], data };
};

describe("the transformer's weights", () => {
  let folder: string;
  const at = (...path: string[]): string => join(folder, ...path);
  beforeEach(() => {
    folder = join(mkdtempSync(join(parent, 'each-')), 'tiny');
    cpSync(join(FIXTURES, 'checkpoint'), folder, { recursive: true });
  });
  const open = (file: string | null, zeroCondT: boolean | null = null): Promise<EditCheckpoint> =>
    openEditCheckpoint(folder, null, { file, zeroCondT });
  const fault = async (opening: Promise<unknown>): Promise<string> =>
    opening.then(
      () => 'it opens',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  /** A copy without the mark of zero_cond_t: its name is another of the marks that ComfyUI's files have. */
  const unmarked = (): string => {
    const content = readFileSync(GGUF);
    const name = content.indexOf('__index_timestep_zero__');
    content.write('__index_timestep_zerq__', name);
    writeFileSync(at('x.gguf'), content);
    return at('x.gguf');
  };

  test('the file tells the config, and how many tensors of each type it has', async () => {
    const { transformer, warnings } = await open(GGUF);
    expect(transformer.config).toMatchObject({
      numLayers: 2,
      innerDim: 256,
      jointAttentionDim: 256,
      inChannels: 64,
      outChannels: 16,
      zeroCondT: true,
    });
    expect(describeWeights(transformer.tensors)).toMatch(/^mixture\.gguf: 4\d F32, \d+ [QBF].*Q2_K/);
    expect(warnings).toEqual([]);
  });

  test('all of its tensors are read, but for dead ones', async () => {
    for (const file of [GGUF, FP8]) expect(buildGraphs(await open(file), 'float32').unexpected).toEqual([]);
  });

  test.each([GGUF, FP8])('a single file in transformer/ counts, with or without a config: %s', async (file) => {
    mkdirSync(at('transformer'));
    copyFileSync(file, at('transformer', file === GGUF ? 'any-name.gguf' : 'any-name.safetensors'));
    const layers = file === GGUF ? 2 : 1;
    expect((await open(null)).transformer.config.numLayers).toBe(layers);
    writeFileSync(at('transformer', 'config.json'), JSON.stringify({ ...CONFIG, num_layers: layers }));
    expect((await open(null)).transformer.config).toMatchObject({ numLayers: layers, zeroCondT: true });
  });

  test('a file that its name says to be GGUF is told as one; what lies in it decides else', async () => {
    writeFileSync(at('x.gguf'), Buffer.alloc(1000, 'junk'));
    expect(await fault(open(at('x.gguf')))).toBe("x.gguf is not a GGUF file: it doesn't begin with GGUF");
    writeFileSync(at('x.gguf'), 'GG');
    expect(await fault(open(at('x.gguf')))).toBe("x.gguf is not a GGUF file: it doesn't begin with GGUF");
    copyFileSync(FP8, at('x.gguf'));
    expect((await open(at('x.gguf'))).transformer.tensors.label).toBe('x.gguf');
    copyFileSync(GGUF, at('x.safetensors'));
    expect((await open(at('x.safetensors'))).transformer.tensors.label).toBe('x.safetensors');
  });

  test('of several files one must be named', async () => {
    mkdirSync(at('transformer'));
    for (const name of ['a.gguf', 'b.gguf']) copyFileSync(GGUF, at('transformer', name));
    expect(await fault(open(null))).toBe(
      'transformer holds several files of weights (a.gguf, b.gguf): name one with QWEN_TRANSFORMER_FILE',
    );
    expect((await open(at('transformer', 'b.gguf'))).transformer.tensors.label).toBe('b.gguf');
  });

  test('zero_cond_t: the setting, the mark, the config, and else an error that names the setting', async () => {
    const zeroCondT = async (...args: Parameters<typeof open>): Promise<boolean> =>
      (await open(...args)).transformer.config.zeroCondT;
    const file = unmarked();
    expect(await fault(open(file))).toBe(NOTHING_TELLS);
    expect([await zeroCondT(file, true), await zeroCondT(file, false), await zeroCondT(GGUF, false)]).toEqual([
      true,
      false,
      false,
    ]);
    mkdirSync(at('transformer'));
    for (const value of [true, false]) {
      writeFileSync(at('transformer', 'config.json'), JSON.stringify({ ...CONFIG, zero_cond_t: value }));
      expect([await zeroCondT(file), await zeroCondT(GGUF)]).toEqual([value, true]);
    }
    // QwenImageEditPipeline's models have none.
    rmSync(at('transformer'), { recursive: true });
    rmSync(at('service.json'));
    const index = JSON.parse(readFileSync(at('model_index.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(at('model_index.json'), JSON.stringify({ ...index, _class_name: 'QwenImageEditPipeline' }));
    expect(await zeroCondT(file)).toBe(false);
  });

  test('tensors beside the transformer are told, and so is how a missing one would be spelt', async () => {
    expect((await open(FP8)).warnings).toEqual([
      "comfy-fp8.safetensors holds 1 tensors beside the transformer's: those are not used, QWEN_MODEL_DIR's are",
    ]);
    const checkpoint = await open(FP8);
    expect(checkpoint.transformer.tensors.nameInFiles('img_in.weight')).toBe('model.diffusion_model.img_in.weight');
    const scaled = checkpoint.transformer.tensors.get('transformer_blocks.0.attn.to_q.weight');
    expect([scaled?.dtype.startsWith('F8_'), (scaled?.scale ?? 0) > 0]).toEqual([true, true]);
  });

  test('8-bit floats that are stored as bytes are what their note says', async () => {
    const layer = 'transformer_blocks.0.attn.to_q';
    writeSafetensors(at('x.safetensors'), [
      { name: `${layer}.weight`, dtype: 'U8', shape: [2, 2], data: Buffer.alloc(4) },
      text(`${layer}.comfy_quant`, '{"format": "float8_e5m2"}'),
      float(`${layer}.weight_scale`, 0.5),
    ]);
    mkdirSync(at('transformer'));
    writeFileSync(at('transformer', 'config.json'), JSON.stringify(CONFIG));
    const { tensors } = (await open(at('x.safetensors'))).transformer;
    expect([...tensors.names()]).toEqual([`${layer}.weight`]);
    expect(tensors.get(`${layer}.weight`)).toMatchObject({ dtype: 'F8_E5M2', scale: 0.5 });
  });

  const INSTEAD =
    'which is not read: use a GGUF file (Q4_K_M, Q8_0, …), an fp8 (e4m3fn) or a bf16 file of the same model';
  const LAYER = 'transformer_blocks.0.attn.to_q';
  test.each<[string, Entry[], string]>([
    [
      'Nunchaku',
      [bytes('I8', `${LAYER}.qweight`), bytes('BF16', `${LAYER}.wscales`, 0)],
      `x.safetensors is quantized as Nunchaku's SVDQuant (tensor "${LAYER}.wscales"), ${INSTEAD}`,
    ],
    [
      'GPTQ',
      [bytes('I8', `${LAYER}.qweight`), bytes('I8', `${LAYER}.qzeros`)],
      `x.safetensors is quantized as GPTQ or AWQ (tensor "${LAYER}.qweight"), ${INSTEAD}`,
    ],
    [
      'bitsandbytes',
      [bytes('U8', `${LAYER}.weight`), bytes('U8', `${LAYER}.weight.absmax`)],
      `x.safetensors is quantized as bitsandbytes (tensor "${LAYER}.weight.absmax"), ${INSTEAD}`,
    ],
    [
      'bitsandbytes by its state',
      [bytes('U8', `${LAYER}.weight.quant_state.bitsandbytes__nf4`)],
      `x.safetensors is quantized as bitsandbytes (tensor "${LAYER}.weight.quant_state.bitsandbytes__nf4"), ${INSTEAD}`,
    ],
    [
      'NVFP4',
      [bytes('U8', `${LAYER}.weight`), float(`${LAYER}.weight_scale_2`, 1)],
      `x.safetensors is quantized as NVFP4 or MXFP4 (tensor "${LAYER}.weight_scale_2"), ${INSTEAD}`,
    ],
    [
      'MXFP4',
      [bytes('F8_E8M0', `${LAYER}.weight_scale`)],
      `x.safetensors is quantized as NVFP4 or MXFP4 (tensor "${LAYER}.weight_scale"), ${INSTEAD}`,
    ],
    [
      'int8_convrot',
      [bytes('I8', `${LAYER}.weight`), text(`${LAYER}.comfy_quant`, '{"format": "int8_tensorwise", "convrot": true}')],
      `x.safetensors is quantized as int8 (int8_convrot, int8_tensorwise) (tensor "${LAYER}.weight"), ${INSTEAD}`,
    ],
    [
      'a format in a note',
      [bytes('U8', `${LAYER}.weight`), text(`${LAYER}.comfy_quant`, '{"format": "mxfp8", "convrot": true}')],
      `x.safetensors is quantized as "mxfp8" with convrot (tensor "${LAYER}.comfy_quant"), ${INSTEAD}`,
    ],
    [
      'a note that is none',
      [text(`${LAYER}.comfy_quant`, 'fp8')],
      `x.safetensors: tensor "${LAYER}.comfy_quant" holds no JSON: "fp8"`,
    ],
    [
      'a scale a row',
      [{ name: `${LAYER}.weight_scale`, dtype: 'F32', shape: [2, 1], data: Buffer.alloc(8) }],
      `x.safetensors: tensor "${LAYER}.weight_scale" is F32 [2, 1]; only one F32 scale for the whole weight is read`,
    ],
    [
      'a scale of 0',
      [float(`${LAYER}.scale_weight`, 0)],
      `x.safetensors: tensor "${LAYER}.scale_weight" is 0, expected a number above 0`,
    ],
  ])('refused by name: %s', async (_what, entries, message) => {
    writeSafetensors(at('x.safetensors'), entries);
    expect(await fault(open(at('x.safetensors')))).toBe(message);
  });

  test('what the setting can name', async () => {
    expect(await fault(open(at('gone.gguf')))).toBe('gone.gguf is missing: QWEN_TRANSFORMER_FILE names no file');
    expect(await fault(open(folder))).toBe('tiny is not a file');
    writeFileSync(at('x.ckpt'), 'PK\x03\x04');
    expect(await fault(open(at('x.ckpt')))).toBe(
      'x.ckpt is a PyTorch file: QWEN_TRANSFORMER_FILE takes GGUF and safetensors files',
    );
    writeFileSync(at('m-00001-of-00002.safetensors'), '');
    expect(await fault(open(at('m-00001-of-00002.safetensors')))).toMatch(
      /^m-00001-of-00002\.safetensors is one of several files: QWEN_TRANSFORMER_FILE takes a single one/,
    );
  });

  test('a file that does not tell the config asks for it', async () => {
    writeSafetensors(
      at('x.safetensors'),
      [bytes('BF16', 'img_in.bias', 2)].map((entry) => ({ ...entry, shape: [1], data: Buffer.alloc(2) })),
    );
    expect(await fault(open(at('x.safetensors')))).toBe(
      "transformer/config.json is missing, and x.safetensors doesn't tell what it would: it has no tensor img_in.weight. Put the model's config.json there",
    );
  });

  test('text encoder and VAE as GGUF are refused by name', async () => {
    rmSync(at('text_encoder', 'model.safetensors'));
    copyFileSync(GGUF, at('text_encoder', 'qwen2.5-vl.gguf'));
    expect(await fault(open(GGUF))).toBe(
      'text_encoder/model.safetensors is missing: text_encoder/qwen2.5-vl.gguf is GGUF, which is read for the transformer only; safetensors files are needed',
    );
  });
});
