import type { LoraInfo } from '../protocol/lora.js';

/** How many LoRAs the line names. */
const NAMED = 20;

/** What the log says of the LoRAs that were found and can be used, in a line; null: there are none. */
export function loraLine(loras: readonly LoraInfo[]): string | null {
  const usable = loras.filter(({ refused }) => refused === null);
  if (usable.length === 0) return null;
  const named = usable.slice(0, NAMED).map(described).join(', ');
  const more = usable.length - NAMED;
  return `LoRAs that edits can use: ${named}${more > 0 ? ` and ${more} more` : ''}`;
}

function described({ name, defaultScale, defaults }: LoraInfo): string {
  const { numInferenceSteps: steps, trueCfgScale } = defaults;
  const differs = [
    ...(steps === undefined ? [] : [`${steps} step${steps === 1 ? '' : 's'}`]),
    ...(trueCfgScale === undefined ? [] : [`true_cfg_scale ${trueCfgScale}`]),
    ...(defaultScale === 1 ? [] : [`scale ${defaultScale}`]),
  ];
  return differs.length === 0 ? name : `${name} (${differs.join(', ')})`;
}
