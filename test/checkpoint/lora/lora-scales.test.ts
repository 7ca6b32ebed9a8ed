import { describe, expect, test } from '@jest/globals';
import { scalar } from '../../support/lora-folder.js';
import { DOWN, LoraReading, type Tensors, TO_Q, UP } from '../../support/read-loras.js';

const lora = new LoraReading();

describe('scales', () => {
  const scaleOf = async (tensors: Tensors, metadata?: Record<string, string>): Promise<number | undefined> => {
    expect(await lora.refusal(tensors, metadata)).toBeNull();
    return (await lora.read()).loras[0]?.pairs.get(TO_Q)?.scale;
  };
  const tensors = (): Tensors => lora.pair(DOWN, UP, 4);
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
