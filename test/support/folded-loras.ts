import type { Lora } from '../../src/checkpoint/lora/lora-folder.js';
import type { HeaderEntry } from '../../src/checkpoint/safetensors-header.js';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { HALF_VALUES } from '../../src/graph/half-values.js';
import type { LoraChoice } from '../../src/protocol/lora.js';
import { readValues, valuesKey, writeFloatCheckpoint } from './float-checkpoint.js';
import { readPart } from './read-part.js';

/** Writes a copy of a checkpoint in float32 into whose weights LoRAs are folded: W + strength · scale · up · down. */
export async function foldLoras(
  folder: string,
  loraDir: string,
  choices: readonly LoraChoice[],
  out: string,
): Promise<void> {
  const { loras } = (await openEditCheckpoint(folder, loraDir)).loras;
  const values = await readValues(folder);
  const folded = new Map<string, Float32Array>();
  for (const { name, scale } of choices) {
    const lora = loras.find((each) => each.name === name);
    if (lora === undefined) throw new Error(`There is no LoRA ${name}`);
    for (const [module, change] of changes(lora)) {
      const key = valuesKey('transformer', `${module}.weight`);
      const weight = folded.get(key) ?? values.get(key);
      if (weight === undefined) throw new Error(`${module} has no weight`);
      folded.set(
        key,
        weight.map((value, index) => value + scale * (change[index] ?? 0)),
      );
    }
  }
  await writeFloatCheckpoint(folder, out, folded);
}

/** What a LoRA of strength 1 adds to each layer's weight, in row order. */
function* changes({ path, pairs }: Lora): Generator<[string, Float64Array]> {
  for (const [module, { down, up, rank, scale }] of pairs) {
    const [outFeatures = 0] = up.shape;
    const [, inFeatures = 0] = down.shape;
    const [low, high] = [factor(path, down), factor(path, up)];
    const change = new Float64Array(outFeatures * inFeatures);
    for (let index = 0; index < change.length; index += 1) {
      const [row, column] = [Math.floor(index / inFeatures), index % inFeatures];
      let sum = 0;
      for (let at = 0; at < rank; at += 1) sum += (high[row * rank + at] ?? 0) * (low[at * inFeatures + column] ?? 0);
      change[index] = scale * sum;
    }
    yield [module, change];
  }
}

function factor(path: string, { dtype, name, offset, length }: HeaderEntry): Float32Array {
  const { buffer } = readPart(path, offset, length);
  if (dtype === 'F32') return new Float32Array(buffer);
  const halves = new Uint16Array(buffer);
  if (dtype === 'F16') return Float32Array.from(halves, (half) => HALF_VALUES[half] ?? NaN);
  if (dtype === 'BF16') return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
  throw new Error(`${name} has type ${dtype}`);
}
