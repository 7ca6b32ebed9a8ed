import type { VisionConfig } from '../../../checkpoint/text-encoder-config.js';
import { attentionRun } from './attention-run.js';
import { kernelFloats, linearRun, madeFloats, type LinearRun } from './linear-run.js';
import type { Held, RunMemory } from './run-memory.js';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const INTEGER = BigInt64Array.BYTES_PER_ELEMENT;

/** What the linear layers take, and the bytes of a value. */
interface VisionSizes {
  readonly linear: LinearRun;
  readonly bytes: number;
}

/** Runs the vision tower as the CUDA provider does (graph/networks/vision-tower.ts). */
export function visionTowerRun(memory: RunMemory, config: VisionConfig, patches: number, sizes: VisionSizes): void {
  const patchValues = config.inChannels * config.temporalPatchSize * config.patchSize ** 2;
  const table = (patches * config.headDim) / 2;
  const floats = [patches * patchValues, table, table].map((values) => values * FLOAT);
  memory.run([...floats, patches * INTEGER, patches * INTEGER], () => {
    const network = new VisionRun(memory, config, patches, sizes);
    return network.operators();
  });
}

/** Tensors of one shape: so many values a patch, or rows of the width put into windows. */
type Alike = number | 'windows';

/**
 * The runtime knows that its tensors are alike, whatever the number of patches: one that nothing reads any more becomes the next
 * of its size, and none of them is given back before the end.
 */
class VisionRun {
  private readonly unread = new Map<Alike, Held[]>();
  private readonly kept: Held[] = [];
  private readonly width: number;

  constructor(
    private readonly memory: RunMemory,
    private readonly config: VisionConfig,
    private readonly patches: number,
    private readonly sizes: VisionSizes,
  ) {
    this.width = config.hiddenSize;
  }

  operators(): Held[] {
    const { memory, config, patches, width } = this;
    const { linear, bytes } = this.sizes;
    const pixels = memory.tensor(
      patches * config.inChannels * config.temporalPatchSize * config.patchSize ** 2 * bytes,
    );
    const hidden = this.take(width);
    memory.drop(pixels);
    for (let layer = 0; layer < config.depth; layer += 1) {
      this.attention(config.fullAttentionBlocks.includes(layer), layer === 0);
      this.feedForward();
    }
    const normed = this.take(width);
    this.leave(width, hidden);
    const merged = config.spatialMergeSize ** 2;
    const product = { tokens: patches / merged, inFeatures: merged * width, outFeatures: merged * width, bytes };
    const inner = linearRun(memory, linear, product);
    const active = memory.from(patches * width * bytes, inner);
    const embeds = linearRun(memory, linear, { ...product, outFeatures: config.outHiddenSize });
    memory.drop(active);
    this.leave(width, normed);
    return [memory.from((patches / merged) * config.outHiddenSize * FLOAT, embeds), ...this.kept];
  }

  private attention(isFull: boolean, isFirst: boolean): void {
    const { memory, config, patches, width } = this;
    const { bytes } = this.sizes;
    const normed = this.take(width);
    const joined = this.linear(width, 3 * width);
    this.leave(width, normed);
    const parts = [this.take(width), this.take(width), this.take(width)] as const;
    this.leave(3 * width, joined);
    const table = (patches * config.headDim * bytes) / 2;
    if (isFirst) this.kept.push(memory.tensor(table), memory.tensor(table));
    const [query, key, value] = parts;
    const rotated = [memory.tensor(patches * width * bytes)];
    this.leave(width, query);
    rotated.push(memory.tensor(patches * width * bytes));
    this.leave(width, key);
    const attended = isFull ? this.overAll() : this.inWindows();
    memory.drop(...rotated);
    this.leave(width, value);
    const ordered = this.take(width);
    memory.drop(attended);
    this.leave(width, this.linear(width, width), ordered);
  }

  private overAll(): Held {
    return attentionRun(this.memory, { ...this.heads(), batch: 1, tokens: this.patches, keys: this.patches });
  }

  /** Whole windows alone count: those at the edges are fewer, and smaller. */
  private inWindows(): Held {
    const { memory, patches, width } = this;
    const { windowSize, patchSize, spatialMergeSize } = this.config;
    const tokens = (Math.floor(windowSize / spatialMergeSize / patchSize) * spatialMergeSize) ** 2;
    const gathered = [this.take('windows'), this.take('windows'), this.take('windows')];
    const result = this.take('windows');
    const batch = patches / tokens;
    // What it takes beside the result, which was there.
    memory.drop(attentionRun(memory, { ...this.heads(), batch, tokens, keys: tokens }));
    this.leave('windows', ...gathered, result);
    return memory.tensor(patches * width * this.sizes.bytes);
  }

  private heads(): { heads: number; headDim: number; bytes: number; hasBias: false } {
    const { numHeads: heads, headDim } = this.config;
    return { heads, headDim, bytes: this.sizes.bytes, hasBias: false };
  }

  private feedForward(): void {
    const { width } = this;
    const { intermediateSize: inner } = this.config;
    const normed = this.take(width);
    const gate = this.linear(width, inner);
    const active = this.take(inner);
    this.leave(inner, gate);
    const up = this.linear(width, inner);
    this.leave(width, normed);
    this.leave(inner, active);
    this.leave(width, this.linear(inner, width));
    this.leave(inner, up);
  }

  /** A layer of the blocks. */
  private linear(inFeatures: number, outFeatures: number): Held {
    const { linear, bytes } = this.sizes;
    const weight = { inFeatures, outFeatures, bytes };
    const floats = madeFloats(this.memory, linear, weight);
    const result = this.take(outFeatures);
    this.memory.drop(...floats);
    // What it takes beside the result, which was there.
    kernelFloats(this.memory, linear, weight);
    return result;
  }

  /** A tensor of some shape: one that nothing reads any more, or a new one. */
  private take(shape: Alike): Held {
    const known = this.unread.get(shape)?.pop();
    if (known !== undefined) return known;
    const values = shape === 'windows' ? this.width : shape;
    const made = this.memory.tensor(this.patches * values * this.sizes.bytes);
    this.kept.push(made);
    return made;
  }

  private leave(shape: Alike, ...tensors: readonly Held[]): void {
    this.unread.set(shape, [...(this.unread.get(shape) ?? []), ...tensors]);
  }
}
