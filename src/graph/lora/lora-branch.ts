import type { HeaderEntry } from '../../checkpoint/safetensors-header.js';
import { concat, gather, mul } from '../ops.js';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { storedType } from '../stored-type.js';
import { loraInputNames } from './lora-inputs.js';
import type { LoraStack, StackedPair } from './lora-stacks.js';

/** What a layer's LoRAs do to it. */
export interface LoraBranch {
  /** bool, one element: some of them are used. */
  readonly isUsed: Value;
  /**
   * y + up·(scales ⊙ down·x), over the ranks that are used. Runs only where it is chosen (GraphBuilder.choose).
   * @param x [tokens, inFeatures]
   * @param y [tokens, outFeatures], or what becomes that by broadcasting
   */
  addTo(x: Value, y: Value): Value;
}

/**
 * Declares a layer's LoRAs: their factors as they lie in their files, and the inputs that say what is used of them. Those of a
 * single LoRA are multiplied as they are. Several are stacked by their ranks, once when the graph is loaded, and the ranks
 * that are used are picked from the stack.
 * @param name of the layer
 * @param rows outputs of the layer that are used, the first ones
 */
export function loraBranch(graph: GraphBuilder, name: string, { layout, pairs }: LoraStack, rows: number): LoraBranch {
  const names = loraInputNames(layout);
  const used = [`used_ranks_${layout.number}`];
  const isUsed = graph.input(names.isUsed, 'bool', []);
  const scales = graph.input(names.scales, 'float32', used);
  const [first, ...others] = pairs.map((pair) => declarePair(graph, name, pair, rows));
  if (first === undefined) throw new Error(`${name} has no LoRA`);
  const low = (x: Value, down: Value): Value => mul(x.graph.node('Gemm', [x, down], { transB: 1 }), scales); // [tokens, ranks]
  if (others.length === 0) {
    const { down, up } = first;
    return { isUsed, addTo: (x, y) => graph.node('Gemm', [low(x, down), up, y], { transB: 1 }) };
  }
  const ranks = graph.input(names.ranks, 'int64', used);
  const all = [first, ...others];
  const down = concat(all.map((pair) => pair.down) as [Value, ...Value[]], 0); // [all ranks, inFeatures]
  const up = concat(all.map((pair) => pair.up) as [Value, ...Value[]], 1); // [outFeatures, all ranks]
  return {
    isUsed,
    addTo: (x, y) => graph.node('Gemm', [low(x, gather(down, ranks)), gather(up, ranks, 1), y], { transB: 1 }),
  };
}

function declarePair(
  graph: GraphBuilder,
  name: string,
  { lora, pair, location }: StackedPair,
  rows: number,
): { down: Value; up: Value } {
  const { down, up, rank } = pair;
  const declare = (factor: string, entry: HeaderEntry, shape: readonly number[], length: number): Value => {
    const type = storedType(entry.dtype);
    if (type === undefined) throw new Error(`${entry.name} has type ${entry.dtype}`);
    const { offset } = entry;
    return graph.cast(
      graph.external({ name: `${name}.${factor}.${lora}`, type, shape, location, offset, length }),
      graph.computeType,
    );
  };
  const [outFeatures = 1] = up.shape;
  return {
    down: declare('lora_down', down, down.shape, down.length),
    up: declare('lora_up', up, [rows, rank], (up.length / outFeatures) * rows),
  };
}
