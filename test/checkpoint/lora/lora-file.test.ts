import { symlink } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { filled, floatSafetensors, scalar } from '../../support/lora-folder.js';
import { DOWN, LoraReading, type Tensors, TO_Q, UP } from '../../support/read-loras.js';

const lora = new LoraReading();

describe('what is no LoRA for the model', () => {
  const faults: [string, () => Tensors, string][] = [
    [
      'DoRA',
      () => ({ ...lora.pair(), [`${TO_Q}.dora_scale`]: scalar(1) }),
      `style.safetensors is a DoRA and no LoRA, as the tensor "${TO_Q}.dora_scale" says: it can't be served`,
    ],
    ['LoKr', () => ({ 'lycoris_transformer_blocks_0_attn_to_q.lokr_w1': filled([2, 2]) }), 'is a LoKr and no LoRA'],
    ['LoHa', () => ({ 'lycoris_transformer_blocks_0_attn_to_q.hada_w1_a': filled([2, 2]) }), 'is a LoHa and no LoRA'],
    ['biases', () => ({ ...lora.pair(), [`${TO_Q}.lora_B.bias`]: filled([2]) }), 'is a LoRA with biases'],
    [
      'an unknown layer',
      () => lora.pair('double_blocks.0.img_attn.qkv.lora_A.weight', 'double_blocks.0.img_attn.qkv.lora_B.weight'),
      'is no LoRA for this model: the tensor "double_blocks.0.img_attn.qkv.lora_A.weight" is of a layer that it lacks',
    ],
    [
      'a block too many',
      () => lora.pair('transformer_blocks.99.attn.to_q.lora_A.weight', 'transformer_blocks.99.attn.to_q.lora_B.weight'),
      'is of a layer that it lacks',
    ],
    ['a whole weight', () => ({ [`${TO_Q}.weight`]: filled([2, 2]) }), `it holds the tensor "${TO_Q}.weight"`],
    [
      'another width',
      () => ({ [DOWN]: filled([2, lora.width + 1]), [UP]: filled([lora.width, 2]) }),
      "but this model's layer needs",
    ],
    [
      'two ranks',
      () => ({ [DOWN]: filled([2, lora.width]), [UP]: filled([lora.width, 3]) }),
      `tensor "${UP}" has shape`,
    ],
    [
      'rank 0',
      () => ({ [DOWN]: filled([0, lora.width]), [UP]: filled([lora.width, 0]) }),
      'a LoRA of rank 0 does nothing',
    ],
    ['no up', () => ({ [DOWN]: filled([2, lora.width]) }), `the layer of tensor "${DOWN}" lacks its up factor`],
    ['no factors', () => ({ [`${TO_Q}.alpha`]: scalar(1) }), 'lacks both factors'],
    [
      'a layer twice',
      () => ({ ...lora.pair(), ...lora.pair(`transformer.${DOWN}`, `transformer.${UP}`) }),
      "are the same layer's",
    ],
    ['an alpha that is no number', () => ({ ...lora.pair(), [`${TO_Q}.alpha`]: scalar(NaN) }), 'is NaN'],
    ['an alpha of several', () => ({ ...lora.pair(), [`${TO_Q}.alpha`]: filled([2]) }), 'expected one number'],
    ['no tensors', () => ({}), 'style.safetensors holds no tensors'],
  ];
  test.each(faults)('%s', async (_, tensors, message) => {
    expect(await lora.refusal(tensors())).toContain(message);
  });

  test('a DoRA by its metadata, and metadata that is none', async () => {
    const dora = { lora_adapter_metadata: JSON.stringify({ 'transformer.use_dora': true }) };
    expect(await lora.refusal(lora.pair(), dora)).toContain('is a DoRA');
    expect(await lora.refusal(lora.pair(), { lora_adapter_metadata: '[' })).toContain('is no JSON object');
  });

  test('a truncated file, a text, an LFS pointer, a folder, a broken link', async () => {
    const whole = floatSafetensors(lora.pair());
    await lora.folder.write('a.safetensors', whole.subarray(0, whole.length - 10));
    await lora.folder.write('b.safetensors', 'not a LoRA at all');
    await lora.folder.write('c.safetensors', 'version https://git-lfs.github.com/spec/v1\n');
    await lora.folder.write('d.safetensors', '');
    await symlink('nowhere', lora.folder.at('e.safetensors'));
    const refused = (await lora.read()).infos.map((info) => info.refused ?? '');
    expect(refused).toEqual([
      expect.stringMatching(/^a\.safetensors is truncated/),
      expect.stringMatching(/^b\.safetensors is not a safetensors file/),
      expect.stringMatching(/^c\.safetensors is a Git LFS pointer/),
      expect.stringMatching(/^d\.safetensors is truncated/),
      expect.stringMatching(/^e\.safetensors is a link to a file that is not there/),
    ]);
  });

  test('the others are served', async () => {
    await lora.folder.write('a.safetensors', 'none');
    await lora.folder.writeTensors('b.safetensors', lora.pair());
    const { loras, infos } = await lora.read();
    expect(loras.map(({ name }) => name)).toEqual(['b']);
    expect(infos.map(({ name, refused }) => [name, refused === null])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });
});
