import type { TextEncoderConfig } from '../../../checkpoint/text-encoder-config.js';
import { attentionRun } from './attention-run.js';
import { linearRun, type LinearRun } from './linear-run.js';
import type { Held, RunMemory } from './run-memory.js';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const INTEGER = BigInt64Array.BYTES_PER_ELEMENT;

/** What the linear layers of the blocks take, and the bytes of a value. */
interface LanguageSizes {
  readonly linear: LinearRun;
  readonly bytes: number;
}

/** Runs the language model as the CUDA provider does (graph/networks/language-model.ts). */
export function languageModelRun(
  memory: RunMemory,
  config: TextEncoderConfig,
  { tokens, imageTokens }: { readonly tokens: number; readonly imageTokens: number },
  sizes: LanguageSizes,
): void {
  const { hiddenSize, headDim, numHeads, numKvHeads, intermediateSize, numLayers } = config;
  const { bytes } = sizes;
  const table = (tokens * headDim) / 2;
  const inputs = [
    tokens * INTEGER,
    imageTokens * hiddenSize * FLOAT,
    tokens * INTEGER,
    tokens ** 2 * FLOAT,
    table * FLOAT,
    table * FLOAT,
  ];
  memory.run(inputs, () => {
    const layers = new LanguageLayers(memory, tokens, sizes);
    const kvWidth = numKvHeads * headDim;
    const both = memory.from(
      (tokens + imageTokens) * hiddenSize * bytes,
      layers.tensor(hiddenSize),
      memory.tensor(imageTokens * hiddenSize * bytes),
    );
    let hidden = layers.tensor(hiddenSize, both);
    let shared: Held[] = [];
    for (let layer = 0; layer < numLayers; layer += 1) {
      const normed = layers.tensor(hiddenSize);
      const value = layers.tensor(hiddenSize, layers.linear(hiddenSize, kvWidth));
      const keys = layers.linear(hiddenSize, kvWidth);
      if (layer === 0) shared = [memory.tensor(table * bytes), memory.tensor(table * bytes)];
      const key = layers.tensor(hiddenSize, layers.tensor(kvWidth, keys));
      const query = layers.tensor(hiddenSize, layers.linear(hiddenSize, hiddenSize));
      memory.drop(normed);
      if (layer === 0) shared.push(memory.tensor(tokens ** 2 * bytes));
      const heads = { batch: 1, tokens, keys: tokens, heads: numHeads, headDim, bytes, hasBias: true };
      const attended = attentionRun(memory, heads);
      memory.drop(query, key, value);
      hidden = layers.added(hidden, attended, hiddenSize);
      hidden = layers.feedForward(hidden, hiddenSize, intermediateSize);
    }
    const normed = layers.tensor(hiddenSize, hidden);
    return [memory.from(tokens * hiddenSize * FLOAT, normed), ...shared];
  });
}

/** The operators of a layer. */
class LanguageLayers {
  constructor(
    private readonly memory: RunMemory,
    private readonly tokens: number,
    private readonly sizes: LanguageSizes,
  ) {}

  tensor(width: number, ...from: readonly Held[]): Held {
    return this.memory.from(this.tokens * width * this.sizes.bytes, ...from);
  }

  /** A layer whose input stays. */
  linear(inFeatures: number, outFeatures: number): Held {
    const { linear, bytes } = this.sizes;
    return linearRun(this.memory, linear, { tokens: this.tokens, inFeatures, outFeatures, bytes });
  }

  /** A stream with the projection of what was attended to. */
  added(stream: Held, attended: Held, width: number): Held {
    const projected = this.linear(width, width);
    this.memory.drop(attended);
    return this.tensor(width, projected, stream);
  }

  /** A stream with its gated feed-forward. */
  feedForward(stream: Held, width: number, innerWidth: number): Held {
    const normed = this.tensor(width);
    const gate = this.tensor(innerWidth, this.linear(width, innerWidth));
    const up = this.linear(width, innerWidth);
    this.memory.drop(normed);
    const inner = this.tensor(innerWidth, gate, up);
    const down = this.linear(innerWidth, width);
    this.memory.drop(inner);
    return this.tensor(width, down, stream);
  }
}
