import { loraInputNames, usedRanks } from '../../graph/lora/lora-inputs.js';
import type { LoraLayout } from '../../graph/lora/lora-stacks.js';
import type { LoraChoice } from '../../protocol/lora.js';
import { floats, integers, truth, type InputTensor } from '../sessions/onnx-session.js';

/** Which of the LoRAs' ranks a run uses and how strongly, for every graph of the transformer. */
export type LoraInputs = Readonly<Record<string, InputTensor>>;

/** What the graphs take for the LoRAs of an edit; a graph ignores what its layers don't ask for. */
export function loraInputs(layouts: readonly LoraLayout[], loras: readonly LoraChoice[]): LoraInputs {
  const strengths = new Map(loras.map(({ name, scale }) => [name, scale]));
  const inputs: Record<string, InputTensor> = {};
  for (const layout of layouts) {
    const names = loraInputNames(layout);
    const { ranks, scales } = usedRanks(layout, strengths);
    inputs[names.isUsed] = truth(ranks.length > 0);
    inputs[names.ranks] = integers(ranks, ranks.length);
    inputs[names.scales] = floats(Float32Array.from(scales), scales.length);
  }
  return inputs;
}
