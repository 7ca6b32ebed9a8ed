import { symlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Checkpoint } from '../../../src/checkpoint/checkpoint.js';
import { readLoraFolder, type LoraFolder as ReadFolder } from '../../../src/checkpoint/lora/lora-folder.js';
import { openEditCheckpoint } from '../../../src/engine/open-edit-checkpoint.js';
import { checkpointFolder } from '../../support/fixtures.js';
import { filled, floatSafetensors, LoraFolder, scalar, type WrittenTensor } from '../../support/lora-folder.js';

type Tensors = Record<string, WrittenTensor>;

let checkpoint: Checkpoint;
let folder: LoraFolder;
beforeEach(async () => {
  checkpoint = await openEditCheckpoint(checkpointFolder('plain'));
  folder = await LoraFolder.create();
});
afterEach(() => folder.remove());

const width = (): number => checkpoint.transformer.config.innerDim;
const read = (): Promise<ReadFolder> => readLoraFolder(folder.path, checkpoint);

/** Both factors of a layer of innerDim outputs and inputs under a trainer's names. */
const pair = (down: string, up: string, rank = 2): Tensors => ({
  [down]: filled([rank, width()]),
  [up]: filled([width(), rank]),
});
const TO_Q = 'transformer_blocks.0.attn.to_q';
const KOHYA = 'lora_unet_transformer_blocks_0_attn_add_k_proj';
const OUT = 'transformer_blocks.1.attn.to_out.0';

/** Why the only file isn't served. */
async function refusal(tensors: Tensors, metadata?: Record<string, string>): Promise<string | null> {
  await folder.writeTensors('style.safetensors', tensors, metadata);
  const { loras, infos, warnings } = await read();
  const refused = infos[0]?.refused ?? null;
  if (refused !== null) {
    expect(loras).toEqual([]);
    expect(warnings).toEqual([`The LoRA "style" is not served: ${refused}`]);
    expect(refused).toMatch(/^style\.safetensors/);
    expect(refused).not.toMatch(/\n/);
  }
  return refused;
}

describe('names that trainers write', () => {
  test.each([
    ['diffusers', `transformer.${TO_Q}.lora_A.weight`, `transformer.${TO_Q}.lora_B.weight`, TO_Q],
    ['bare, as Lightning', `${TO_Q}.lora_down.weight`, `${TO_Q}.lora_up.weight`, TO_Q],
    ['ComfyUI', `diffusion_model.${OUT}.lora_A.weight`, `diffusion_model.${OUT}.lora_B.weight`, OUT],
    ['DiffSynth', `${TO_Q}.lora_A.default.weight`, `${TO_Q}.lora_B.default.weight`, TO_Q],
    ['PEFT', `base_model.model.${TO_Q}.lora_A.weight`, `base_model.model.${TO_Q}.lora_B.weight`, TO_Q],
    ['kohya', `${KOHYA}.lora_down.weight`, `${KOHYA}.lora_up.weight`, 'transformer_blocks.0.attn.add_k_proj'],
    [
      'kohya, a layer with a number',
      'lora_unet_transformer_blocks_1_attn_to_out_0.lora_down.weight',
      'lora_unet_transformer_blocks_1_attn_to_out_0.lora_up.weight',
      OUT,
    ],
    [
      'LyCORIS',
      'lycoris_transformer_blocks_0_attn_to_q.lora_down.weight',
      'lycoris_transformer_blocks_0_attn_to_q.lora_up.weight',
      TO_Q,
    ],
    ['old diffusers', `transformer.${TO_Q}.lora.down.weight`, `transformer.${TO_Q}.lora.up.weight`, TO_Q],
    [
      'a default in front',
      `transformer.default.${TO_Q}.lora_A.weight`,
      `transformer.default.${TO_Q}.lora_B.weight`,
      TO_Q,
    ],
  ])('%s', async (_, down, up, module) => {
    await folder.writeTensors('style.safetensors', pair(down, up));
    const [lora] = (await read()).loras;
    expect([...(lora?.pairs.keys() ?? [])]).toEqual([module]);
    expect(lora?.pairs.get(module)).toMatchObject({ rank: 2, scale: 1, down: { name: down }, up: { name: up } });
  });

  test('every linear layer may be a target, those that no graph computes too', async () => {
    const { innerDim, inChannels, jointAttentionDim, numLayers } = checkpoint.transformer.config;
    const last = `transformer_blocks.${numLayers - 1}`;
    const sizes: Record<string, [number, number]> = {
      img_in: [inChannels, innerDim],
      txt_in: [jointAttentionDim, innerDim],
      'time_text_embed.timestep_embedder.linear_1': [256, innerDim],
      'time_text_embed.timestep_embedder.linear_2': [innerDim, innerDim],
      'norm_out.linear': [innerDim, 2 * innerDim],
      proj_out: [innerDim, inChannels],
      'transformer_blocks.0.img_mod.1': [innerDim, 6 * innerDim],
      [`${last}.txt_mlp.net.0.proj`]: [innerDim, 4 * innerDim],
      [`${last}.txt_mlp.net.2`]: [4 * innerDim, innerDim],
      [`${last}.attn.to_add_out`]: [innerDim, innerDim],
    };
    const tensors = Object.entries(sizes).flatMap(([name, [columns, rows]]) => [
      [`lora_unet_${name.replaceAll('.', '_')}.lora_down.weight`, filled([1, columns])],
      [`lora_unet_${name.replaceAll('.', '_')}.lora_up.weight`, filled([rows, 1])],
    ]);
    await folder.writeTensors('style.safetensors', Object.fromEntries(tensors) as Tensors);
    const { loras, warnings } = await read();
    expect(warnings).toEqual([]);
    expect([...(loras[0]?.pairs.keys() ?? [])]).toEqual(Object.keys(sizes));
  });
});

describe('scales', () => {
  const scaleOf = async (tensors: Tensors, metadata?: Record<string, string>): Promise<number | undefined> => {
    expect(await refusal(tensors, metadata)).toBeNull();
    return (await read()).loras[0]?.pairs.get(TO_Q)?.scale;
  };
  const tensors = (): Tensors => pair(`${TO_Q}.lora_A.weight`, `${TO_Q}.lora_B.weight`, 4);
  const peft = (config: Record<string, unknown>): Record<string, string> => ({
    lora_adapter_metadata: JSON.stringify(
      Object.fromEntries(Object.entries(config).map(([key, value]) => [`transformer.${key}`, value])),
    ),
  });

  test('alpha over rank', async () => {
    expect(await scaleOf({ ...tensors(), [`${TO_Q}.alpha`]: scalar(1) })).toBe(0.25);
    expect(await scaleOf({ ...tensors(), [`${TO_Q}.alpha`]: { shape: [1], values: [8] } })).toBe(2);
  });

  test("PEFT's metadata", async () => {
    expect(await scaleOf(tensors(), peft({ r: 4, lora_alpha: 2 }))).toBe(0.5);
    expect(await scaleOf(tensors(), peft({ r: 4, lora_alpha: 2, use_rslora: true }))).toBe(1);
    expect(await scaleOf(tensors(), peft({ r: 4, lora_alpha: 2, alpha_pattern: { 'attn.to_q': 12 } }))).toBe(3);
    expect(await scaleOf(tensors(), peft({ r: 4, lora_alpha: 2, alpha_pattern: { 'attn.to_k': 12 } }))).toBe(0.5);
  });

  test('other metadata says nothing', async () => {
    expect(await scaleOf(tensors(), { format: 'pt', ss_network_alpha: '1' })).toBe(1);
  });
});

describe('what is no LoRA for the model', () => {
  const down = `${TO_Q}.lora_A.weight`;
  const up = `${TO_Q}.lora_B.weight`;
  const faults: [string, () => Tensors, string][] = [
    [
      'DoRA',
      () => ({ ...pair(down, up), [`${TO_Q}.dora_scale`]: scalar(1) }),
      `style.safetensors is a DoRA and no LoRA, as the tensor "${TO_Q}.dora_scale" says: it can't be served`,
    ],
    ['LoKr', () => ({ 'lycoris_transformer_blocks_0_attn_to_q.lokr_w1': filled([2, 2]) }), 'is a LoKr and no LoRA'],
    ['LoHa', () => ({ 'lycoris_transformer_blocks_0_attn_to_q.hada_w1_a': filled([2, 2]) }), 'is a LoHa and no LoRA'],
    ['biases', () => ({ ...pair(down, up), [`${TO_Q}.lora_B.bias`]: filled([2]) }), 'is a LoRA with biases'],
    [
      'an unknown layer',
      () => pair('double_blocks.0.img_attn.qkv.lora_A.weight', 'double_blocks.0.img_attn.qkv.lora_B.weight'),
      'is no LoRA for this model: the tensor "double_blocks.0.img_attn.qkv.lora_A.weight" is of a layer that it lacks',
    ],
    [
      'a block too many',
      () => pair('transformer_blocks.99.attn.to_q.lora_A.weight', 'transformer_blocks.99.attn.to_q.lora_B.weight'),
      'is of a layer that it lacks',
    ],
    ['a whole weight', () => ({ [`${TO_Q}.weight`]: filled([2, 2]) }), `it holds the tensor "${TO_Q}.weight"`],
    [
      'another width',
      () => ({ [down]: filled([2, width() + 1]), [up]: filled([width(), 2]) }),
      "but this model's layer needs",
    ],
    [
      'two ranks',
      () => ({ [down]: filled([2, width()]), [up]: filled([width(), 3]) }),
      'tensor "' + up + '" has shape',
    ],
    ['rank 0', () => ({ [down]: filled([0, width()]), [up]: filled([width(), 0]) }), 'a LoRA of rank 0 does nothing'],
    ['no up', () => ({ [down]: filled([2, width()]) }), `the layer of tensor "${down}" lacks its up factor`],
    ['no factors', () => ({ [`${TO_Q}.alpha`]: scalar(1) }), 'lacks both factors'],
    [
      'a layer twice',
      () => ({ ...pair(down, up), ...pair(`transformer.${down}`, `transformer.${up}`) }),
      "are the same layer's",
    ],
    ['an alpha that is no number', () => ({ ...pair(down, up), [`${TO_Q}.alpha`]: scalar(NaN) }), 'is NaN'],
    ['an alpha of several', () => ({ ...pair(down, up), [`${TO_Q}.alpha`]: filled([2]) }), 'expected one number'],
    ['no tensors', () => ({}), 'style.safetensors holds no tensors'],
  ];
  test.each(faults)('%s', async (_, tensors, message) => {
    expect(await refusal(tensors())).toContain(message);
  });

  test('a DoRA by its metadata, and metadata that is none', async () => {
    const dora = { lora_adapter_metadata: JSON.stringify({ 'transformer.use_dora': true }) };
    expect(await refusal(pair(down, up), dora)).toContain('is a DoRA');
    expect(await refusal(pair(down, up), { lora_adapter_metadata: '[' })).toContain('is no JSON object');
  });

  test('a truncated file, a text, an LFS pointer, a folder, a broken link', async () => {
    const whole = floatSafetensors(pair(down, up));
    await folder.write('a.safetensors', whole.subarray(0, whole.length - 10));
    await folder.write('b.safetensors', 'not a LoRA at all');
    await folder.write('c.safetensors', 'version https://git-lfs.github.com/spec/v1\n');
    await folder.write('d.safetensors', '');
    await symlink('nowhere', folder.at('e.safetensors'));
    const refused = (await read()).infos.map((info) => info.refused ?? '');
    expect(refused).toEqual([
      expect.stringMatching(/^a\.safetensors is truncated/),
      expect.stringMatching(/^b\.safetensors is not a safetensors file/),
      expect.stringMatching(/^c\.safetensors is a Git LFS pointer/),
      expect.stringMatching(/^d\.safetensors is truncated/),
      expect.stringMatching(/^e\.safetensors is a link to a file that is not there/),
    ]);
  });

  test('the others are served', async () => {
    await folder.write('a.safetensors', 'none');
    await folder.writeTensors('b.safetensors', pair(down, up));
    const { loras, infos } = await read();
    expect(loras.map(({ name }) => name)).toEqual(['b']);
    expect(infos.map(({ name, refused }) => [name, refused === null])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });
});

describe('the folder', () => {
  const style = (): Tensors => pair(`${TO_Q}.lora_A.weight`, `${TO_Q}.lora_B.weight`);

  test('without LORA_DIR there is nothing', async () => {
    expect(await readLoraFolder(null, checkpoint)).toEqual({ loras: [], infos: [], warnings: [] });
  });

  test('one that is not there, or no folder, is told', async () => {
    expect((await readLoraFolder(folder.at('nowhere'), checkpoint)).warnings).toEqual([
      "LORA_DIR can't be read as a folder (ENOENT): no LoRA is served",
    ]);
    await folder.write('file', '');
    expect((await readLoraFolder(folder.at('file'), checkpoint)).warnings).toEqual([
      "LORA_DIR can't be read as a folder (ENOTDIR): no LoRA is served",
    ]);
  });

  test('a link leads to the file behind it', async () => {
    await folder.writeTensors('blob', style());
    await symlink('blob', folder.at('style.safetensors'));
    expect((await read()).loras).toMatchObject([{ name: 'style', path: folder.at('blob') }]);
  });

  test('names that a request could not write', async () => {
    await folder.writeTensors('a:b.safetensors', style());
    await folder.writeTensors('镜头 转换.safetensors', style());
    const { infos } = await read();
    expect(infos[0]?.refused).toContain("has a name that requests can't write");
    expect(infos[1]).toMatchObject({ name: '镜头 转换', refused: null });
  });

  test('what serves for nothing is told', async () => {
    await folder.write('old.pt', '');
    await folder.write('alone.json', '{}');
    expect((await read()).warnings).toEqual([
      'LORA_DIR: "old.pt" is left out, a LoRA is a safetensors file',
      'LORA_DIR: "alone.json" has no safetensors file beside it',
    ]);
  });

  test('of 1,000 files the first 64 are served', async () => {
    const bytes = floatSafetensors(style());
    const name = (index: number): string => `style-${String(index).padStart(4, '0')}`;
    for (let index = 0; index < 1000; index += 1) await folder.write(`${name(index)}.safetensors`, bytes);
    const started = performance.now();
    const { loras, infos, warnings } = await read();
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(loras).toHaveLength(64);
    expect(infos).toHaveLength(1000);
    expect(warnings).toEqual(['936 LoRAs are not served: 64 are at a time, the first by name in LORA_DIR']);
    expect(infos[64]?.refused).toBe(
      "style-0064.safetensors comes after the first 64 by name that can be used: move away from LORA_DIR what you don't need",
    );
  });
});

describe('NAME.json', () => {
  const write = async (settings: unknown, name = 'style'): Promise<ReadFolder> => {
    await folder.writeTensors(`${name}.safetensors`, pair(`${TO_Q}.lora_A.weight`, `${TO_Q}.lora_B.weight`));
    await folder.write(`${name}.json`, JSON.stringify(settings));
    return read();
  };

  test('says what a LoRA is for and how it is used', async () => {
    const { infos, loras } = await write({
      description: 'Frames in gold',
      default_scale: 0.8,
      steps: 6,
      true_cfg_scale: 1,
      scheduler: { base_shift: 1, shift_terminal: null },
    });
    expect(infos).toEqual([
      {
        name: 'style',
        description: 'Frames in gold',
        defaultScale: 0.8,
        defaults: { numInferenceSteps: 6, trueCfgScale: 1 },
        refused: null,
      },
    ]);
    expect(loras[0]?.settings.scheduler).toEqual({ ...checkpoint.scheduler, baseShift: 1, shiftTerminal: null });
  });

  test('may say nothing', async () => {
    const { infos, loras } = await write({});
    expect(infos[0]).toEqual({ name: 'style', description: null, defaultScale: 1, defaults: {}, refused: null });
    expect(loras[0]?.settings.scheduler).toBeNull();
  });

  test.each([
    [{ default_scal: 1 }, 'style.json: default_scal is not known; known are description, default_scale'],
    [{ default_scale: 5 }, 'style.json: default_scale is 5, expected a number of at least -4 and of at most 4'],
    [{ steps: 0 }, 'style.json: steps is 0, expected an integer'],
    [{ description: 'two\nlines' }, 'style.json: description is "two\\nlines", expected a text of one line'],
    [{ scheduler: { shift_terminl: null } }, 'style.json: scheduler.shift_terminl is not known'],
    [{ scheduler: { use_karras_sigmas: true } }, 'style.json: scheduler.use_karras_sigmas is true; only false'],
    [[], 'style.json must hold a JSON object'],
  ])('%j is refused', async (settings, message) => {
    const { infos, loras } = await write(settings);
    expect(infos[0]?.refused).toContain(message);
    expect(loras).toEqual([]);
  });

  test.each([
    ['Qwen-Image-Lightning-8steps-V1.1', 8],
    ['Qwen-Image-Lightning-4steps-V2.0-bf16', 4],
    ['Qwen-Image-Edit-Lightning-4steps-V1.0', 4],
    ['Qwen-Image-Edit-2509-Lightning-8steps-V1.0-fp32', 8],
    ['Qwen-Image-Edit-2511-Lightning-4steps-V1.0-bf16', 4],
  ])('Lightning is known by its name: %s', async (name, steps) => {
    const { infos, loras } = await write({ default_scale: 0.9 }, name);
    expect(infos[0]).toMatchObject({
      defaultScale: 0.9,
      defaults: { numInferenceSteps: steps, trueCfgScale: 1 },
    });
    expect(loras[0]?.settings.scheduler).toMatchObject({
      baseShift: 1.0986122886681098,
      maxShift: 1.0986122886681098,
      shiftTerminal: null,
      useDynamicShifting: true,
    });
  });

  test('another name is not', async () => {
    const { loras } = await write({}, 'my-Lightning-4steps');
    expect(loras[0]?.settings).toMatchObject({ scheduler: null, defaults: {} });
  });
});
