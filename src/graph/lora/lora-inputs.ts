import type { LoraLayout } from './lora-stacks.js';

/** Names of the inputs that say which of a layout's ranks are used, and how strongly. */
export const loraInputNames = ({ number }: LoraLayout): { isUsed: string; ranks: string; scales: string } => ({
  isUsed: `lora_is_used_${number}`,
  ranks: `lora_ranks_${number}`,
  scales: `lora_scales_${number}`,
});

/** A layout's ranks that are used, by their places, each with its scale. */
export interface UsedRanks {
  readonly ranks: number[];
  readonly scales: number[];
}

/**
 * Which of a layout's ranks some LoRAs use.
 * @param strengths of the LoRAs by name; those of strength 0 are not used
 */
export function usedRanks({ members }: LoraLayout, strengths: ReadonlyMap<string, number>): UsedRanks {
  const ranks: number[] = [];
  const scales: number[] = [];
  let first = 0;
  for (const { lora, rank, scale } of members) {
    const strength = strengths.get(lora) ?? 0;
    for (let index = 0; index < rank && strength !== 0; index += 1) {
      ranks.push(first + index);
      scales.push(strength * scale);
    }
    first += rank;
  }
  return { ranks, scales };
}
