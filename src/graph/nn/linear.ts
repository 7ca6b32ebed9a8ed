import type { Value } from '../graph-builder.js';
import type { LoraBranch } from '../lora/lora-branch.js';
import type { Scope } from '../scope.js';

export interface LinearOptions {
  /** Whether the layer has a bias; true unless given. */
  readonly bias?: boolean;
  /** Use only the first rows of the weight, for a layer whose other results nothing reads. */
  readonly usedOutputs?: number;
  /** What the layer's result goes through; linear returns what comes of it. */
  readonly next?: Next;
}

/**
 * What a layer's result goes through. Where the layer's product can take no other sum than a bias, what is chosen between is
 * that of the result and that of the result with LoRAs: a layer whose LoRAs aren't used is spared a copy of its result.
 */
export interface Next {
  readonly apply: (result: Value) => Value;
  /** Declares the parameters that `apply` reads, which it does itself where nobody has. */
  readonly declare?: () => void;
}

const ITSELF: Next = { apply: (result) => result };

/**
 * torch.nn.Linear: x·Wᵀ + b, by the form that the weight has (weight-forms/). What LoRAs add to it is computed only where they are used: it takes the bias' place in a Gemm, or is added to what another kernel gives.
 * @param x [tokens, inFeatures]
 * @returns [tokens, outFeatures]
 */
export function linear(
  scope: Scope,
  x: Value,
  inFeatures: number,
  outFeatures: number,
  options: LinearOptions = {},
): Value {
  const { usedOutputs: rows = outFeatures, next = ITSELF } = options;
  const bias = options.bias === false ? undefined : scope.parameter('bias', [outFeatures], { rows });
  const weight = scope.linearWeight('weight', [outFeatures, inFeatures], rows);
  const lora = scope.lora(rows);
  const { graph } = x;
  if (lora === null) return next.apply(weight.product(x, bias));
  if (weight.addsAnything) return next.apply(weight.product(x, withLora(lora, x, bias ?? graph.floats(0))));
  const result = weight.product(x, bias);
  next.declare?.();
  return graph.choose(
    lora.isUsed,
    () => next.apply(lora.addTo(x, result)),
    () => next.apply(result),
  );
}

/** What a Gemm adds: [tokens, outFeatures] where LoRAs are used, else the bias as it is. */
const withLora = (lora: LoraBranch, x: Value, bias: Value): Value =>
  x.graph.choose(
    lora.isUsed,
    () => lora.addTo(x, bias),
    () => bias,
  );
