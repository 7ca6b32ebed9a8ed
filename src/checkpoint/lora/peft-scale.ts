import { CheckpointError } from '../checkpoint-error.js';
import { isJsonObject } from '../config-reader.js';

/** Where diffusers keeps PEFT's LoraConfig in a file's metadata, each key below the component's name. */
const METADATA_KEY = 'lora_adapter_metadata';
const COMPONENT = 'transformer.';

/** The factor that a layer's product is scaled by, by the layer's name and rank. */
export type ScaleOf = (module: string, rank: number) => number;

/**
 * What the metadata of a LoRA's file says of its scales: lora_alpha / r, by the layer where alpha_pattern has it, over the
 * root of r with use_rslora; 1 where there is no such metadata, as diffusers takes it.
 * Source: PEFT's LoraLayer.update_layer and get_pattern_key.
 * @param label the file, for messages
 * @throws CheckpointError for what is no LoRA, or a value that is malformed
 */
export function peftScale(metadata: ReadonlyMap<string, string>, label: string): ScaleOf {
  const text = metadata.get(METADATA_KEY);
  if (text === undefined) return () => 1;
  const config = parseConfig(text, label);
  if (config.get('use_dora') === true) {
    throw new CheckpointError(`${label} is a DoRA, as its metadata says, and no LoRA: it can't be served`);
  }
  const alpha = config.get('lora_alpha');
  if (alpha === undefined) return () => 1;
  const patterns = Object.entries(objectOf(config.get('alpha_pattern')));
  const isRankStabilized = config.get('use_rslora') === true;
  for (const value of [alpha, ...patterns.map(([, each]) => each)]) {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new CheckpointError(`${label}: ${METADATA_KEY} has an alpha that is no number`);
    }
  }
  return (module, rank) => {
    const own = patterns.find(([pattern]) => matches(pattern, module))?.[1] ?? alpha;
    return (own as number) / (isRankStabilized ? Math.sqrt(rank) : rank);
  };
}

/** The transformer's part of it, or all of it where no component is named. */
function parseConfig(text: string, label: string): ReadonlyMap<string, unknown> {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    config = null;
  }
  if (!isJsonObject(config)) throw new CheckpointError(`${label}: ${METADATA_KEY} in its metadata is no JSON object`);
  const own = Object.entries(config).filter(([key]) => key.startsWith(COMPONENT));
  return new Map(own.map(([key, value]) => [key.slice(COMPONENT.length), value]));
}

const objectOf = (value: unknown): Record<string, unknown> => (isJsonObject(value) ? value : {});

/** PEFT takes a pattern for a regular expression of a name's end; `^` at its start is for the whole name. */
function matches(pattern: string, module: string): boolean {
  const name = pattern.replace(/^\^/, '');
  return module === name || (!pattern.startsWith('^') && module.endsWith(`.${name}`));
}
