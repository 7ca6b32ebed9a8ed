import type { TransformerConfig } from '../../../checkpoint/transformer-config.js';
import { modulationRange, pieceCount } from '../../../graph/networks/modulation-layout.js';
import type { LayerRange } from '../../../graph/networks/layer-range.js';
import { attentionRun } from './attention-run.js';
import { linearRun, type LinearRun } from './linear-run.js';
import type { Held, RunMemory } from './run-memory.js';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const INT32 = Int32Array.BYTES_PER_ELEMENT;

/** Sizes of the denoiser's run. */
export interface DenoiserSizes {
  readonly textTokens: number;
  readonly targetTokens: number;
  readonly referenceTokens: number;
  /** Of one value. */
  readonly bytes: number;
  /** What the linear layer of that name takes. */
  readonly linear: (name: string) => LinearRun;
}

/** The rows of a stream: those of the target, and of a zeroCondT model's picture the references', which are modulated apart. */
type Rows = readonly [tokens: number] | readonly [target: number, references: number];

const sum = (rows: Rows): number => rows.reduce((total, each) => total + each, 0);

/**
 * Runs the denoiser, or some of its layers, as the CUDA provider does (graph/networks/denoiser.ts): its operators in the order
 * that the runtime sorts them into, the picture's stream before the text's.
 */
export function denoiserRun(
  memory: RunMemory,
  config: TransformerConfig,
  sizes: DenoiserSizes,
  layers: LayerRange = { first: 0, end: config.numLayers },
): void {
  const network = new DenoiserRun(memory, config, sizes);
  memory.run(network.inputs(layers), () => network.operators(layers));
}

class DenoiserRun {
  private readonly width: number;
  private readonly imageTokens: number;
  private readonly jointTokens: number;
  private tables: Held[] = [];

  constructor(
    private readonly memory: RunMemory,
    private readonly config: TransformerConfig,
    private readonly sizes: DenoiserSizes,
  ) {
    this.width = config.innerDim;
    this.imageTokens = sizes.targetTokens + sizes.referenceTokens;
    this.jointTokens = sizes.textTokens + this.imageTokens;
  }

  /** Bytes of the inputs, which stay until the end; what is packed has as many as the network computes in. */
  inputs(layers: LayerRange): number[] {
    const { inChannels, axesDimsRope, zeroCondT } = this.config;
    const { targetTokens, referenceTokens, textTokens, bytes } = this.sizes;
    const streams =
      layers.first === 0
        ? [targetTokens * inChannels * FLOAT, referenceTokens * inChannels * bytes, textTokens * this.width * bytes]
        : [this.imageTokens, textTokens].flatMap((tokens) => this.packedRows(tokens));
    const { first, end } = modulationRange(this.config, layers);
    const vectors = Array<number>(zeroCondT ? 2 : 1).fill((end - first) * bytes);
    return [...streams, ...vectors, this.jointTokens * axesDimsRope.length * INT32];
  }

  operators({ first, end }: LayerRange): Held[] {
    const { memory, config, sizes, width } = this;
    const { textTokens, targetTokens } = sizes;
    const pieces = this.modulationPieces({ first, end });
    let image = first === 0 ? this.embeddedLatents() : this.unpackedRows(this.imageTokens);
    let text: Held | null = null;
    for (let layer = first; layer < end; layer += 1) {
      if (layer === config.numLayers - 1) {
        image = this.lastBlock(layer, image, text);
        const normed = this.modulated([targetTokens], image);
        const out = config.patchSize ** 2 * config.outChannels;
        const velocity = this.linear('proj_out', targetTokens, width, out, { reads: [normed] });
        memory.drop(...pieces, ...this.tables);
        return [memory.from(targetTokens * out * FLOAT, velocity)];
      }
      ({ image, text } = this.block(layer, image, text));
    }
    memory.drop(...pieces, ...this.tables);
    return [...this.packRows(this.imageTokens, image), ...this.packRows(textTokens, text ?? this.startOfText(first))];
  }

  /** The modulation, cut into the range's pieces. */
  private modulationPieces(layers: LayerRange): Held[] {
    const { memory, config, width } = this;
    const count = pieceCount(config, layers);
    const cut = (): Held[] => {
      const vector = this.unpacked(count * width);
      const pieces = Array.from({ length: count }, () => memory.tensor(width * this.sizes.bytes));
      // The provider's Split takes a number of 8 bytes for each value.
      memory.scratch(count * width * 8);
      memory.drop(vector);
      return pieces;
    };
    return config.zeroCondT ? [...cut(), ...cut()] : cut();
  }

  /** Values of a packed input: where they are bits, the places of a table come between. */
  private unpacked(values: number): Held {
    const { memory } = this;
    const { bytes } = this.sizes;
    return memory.from(values * bytes, ...(bytes < INT32 ? [memory.tensor(values * INT32)] : []));
  }

  /** Bytes of rows as they go from part to part (graph/packed-rows.ts), and of their scales. */
  private packedRows(tokens: number): number[] {
    const { bytes } = this.sizes;
    return [tokens * this.width * bytes, ...(bytes < FLOAT ? [tokens * FLOAT] : [])];
  }

  private unpackedRows(tokens: number): Held {
    const { memory } = this;
    const floats = (...from: readonly Held[]): Held => memory.from(tokens * this.width * FLOAT, ...from);
    return this.sizes.bytes < FLOAT ? this.rows(tokens, floats(floats(floats()))) : this.rows(tokens);
  }

  /** What another part gets of a stream. */
  private packRows(tokens: number, stream: Held): Held[] {
    const { memory } = this;
    const floats = (...from: readonly Held[]): Held => memory.from(tokens * this.width * FLOAT, ...from);
    if (this.sizes.bytes === FLOAT) return [floats(stream)];
    const values = floats(stream);
    const scale = memory.from(tokens * FLOAT, floats());
    return [this.rows(tokens, floats(values)), scale];
  }

  private embeddedLatents(): Held {
    const { memory, config, width, imageTokens } = this;
    const { targetTokens, referenceTokens, bytes } = this.sizes;
    const values = (tokens: number): number => tokens * config.inChannels * bytes;
    const parts = [memory.tensor(values(targetTokens)), this.unpacked(referenceTokens * config.inChannels)];
    const latents = memory.from(values(imageTokens), ...parts);
    return this.linear('img_in', imageTokens, config.inChannels, width, { reads: [latents] });
  }

  private block(layer: number, image: Held, passedText: Held | null): { image: Held; text: Held } {
    const { textTokens } = this.sizes;
    const at = (name: string): string => `transformer_blocks.${layer}.${name}`;
    const { text, imageNormed, textNormed, key, value } = this.jointKeysAndValues(layer, image, passedText);
    const imageQuery = this.normedHeads(at('attn.to_q'), this.imageTokens, imageNormed);
    const textQuery = this.normedHeads(at('attn.add_q_proj'), textTokens, textNormed);
    const asking = this.rows(this.jointTokens, textQuery, imageQuery);
    const query = this.rows(this.jointTokens, asking);
    const attended = this.attend(this.jointTokens, query, key, value);
    const imageAttended = this.rows(this.imageTokens);
    const nextImage = this.outputs(at('attn.to_out.0'), at('img_mlp'), this.pictureRows(), image, imageAttended);
    const textAttended = this.rows(textTokens, attended);
    const nextText = this.outputs(at('attn.to_add_out'), at('txt_mlp'), [textTokens], text, textAttended);
    return { image: nextImage, text: nextText };
  }

  /** The text's stream ends, and of the picture's the target goes on. */
  private lastBlock(layer: number, image: Held, passedText: Held | null): Held {
    const { memory } = this;
    const { targetTokens } = this.sizes;
    const at = (name: string): string => `transformer_blocks.${layer}.${name}`;
    const { text, imageNormed, textNormed, key, value } = this.jointKeysAndValues(layer, image, passedText);
    memory.drop(textNormed, text);
    const read = this.rows(targetTokens, imageNormed);
    const query = this.rows(targetTokens, this.normedHeads(at('attn.to_q'), targetTokens, read));
    const attended = this.attend(targetTokens, query, key, value);
    const target = this.rows(targetTokens, image);
    return this.outputs(at('attn.to_out.0'), at('img_mlp'), [targetTokens], target, attended);
  }

  private jointKeysAndValues(
    layer: number,
    image: Held,
    passedText: Held | null,
  ): Readonly<Record<'text' | 'imageNormed' | 'textNormed' | 'key' | 'value', Held>> {
    const { textTokens } = this.sizes;
    const at = (name: string): string => `transformer_blocks.${layer}.attn.${name}`;
    const imageNormed = this.modulated(this.pictureRows(), image, false);
    const imageValue = this.project(at('to_v'), this.imageTokens);
    const text = passedText ?? this.startOfText(layer);
    const textNormed = this.modulated([textTokens], text, false);
    const textValue = this.project(at('add_v_proj'), textTokens);
    const value = this.rows(this.jointTokens, textValue, imageValue);
    const imageKey = this.normedHeads(at('to_k'), this.imageTokens);
    const textKey = this.normedHeads(at('add_k_proj'), textTokens);
    const keys = this.rows(this.jointTokens, textKey, imageKey);
    if (this.tables.length === 0) this.tables = this.rotaryTables();
    return { text, imageNormed, textNormed, key: this.rows(this.jointTokens, keys), value };
  }

  /** The text's stream before a layer with which the range begins. */
  private startOfText(layer: number): Held {
    const { textTokens } = this.sizes;
    return layer === 0 ? this.unpacked(textTokens * this.width) : this.unpackedRows(textTokens);
  }

  /** Cosines and sines of the angles, which are made in float32. */
  private rotaryTables(): Held[] {
    const { memory } = this;
    const values = (this.jointTokens * this.config.attentionHeadDim) / 2;
    const floats = (...from: readonly Held[]): Held => memory.from(values * FLOAT, ...from);
    const angles = floats(floats(memory.tensor(this.jointTokens * this.config.axesDimsRope.length * FLOAT)));
    const tables = [floats(), floats()].map((table) => memory.from(values * this.sizes.bytes, table));
    memory.drop(angles);
    return tables;
  }

  private attend(tokens: number, query: Held, key: Held, value: Held): Held {
    const { numAttentionHeads, attentionHeadDim } = this.config;
    const heads = { batch: 1, tokens, keys: this.jointTokens, heads: numAttentionHeads, headDim: attentionHeadDim };
    const attended = attentionRun(this.memory, { ...heads, bytes: this.sizes.bytes, hasBias: false });
    this.memory.drop(query, key, value);
    return attended;
  }

  /** One stream after the attention: projection, gated residual, feed-forward, gated residual. */
  private outputs(out: string, feedForward: string, rows: Rows, stream: Held, attended: Held): Held {
    const { memory, width } = this;
    const tokens = sum(rows);
    const hidden = this.linear(out, tokens, width, width, {
      reads: [attended],
      next: (result) => this.addGated(rows, result),
    });
    memory.drop(stream);
    const normed = this.modulated(rows, hidden, false);
    const inner = this.linear(`${feedForward}.net.0.proj`, tokens, width, 4 * width, {
      reads: [normed],
      next: (result) => memory.from(tokens * 4 * width * this.sizes.bytes, result),
    });
    const next = this.linear(`${feedForward}.net.2`, tokens, 4 * width, width, {
      reads: [inner],
      next: (result) => this.addGated(rows, result),
    });
    memory.drop(hidden);
    return next;
  }

  private project(name: string, tokens: number): Held {
    return this.linear(name, tokens, this.width, this.width);
  }

  /** A projection whose heads are normalised each by itself. */
  private normedHeads(name: string, tokens: number, ...reads: readonly Held[]): Held {
    return this.linear(name, tokens, this.width, this.width, { reads, next: (result) => this.rows(tokens, result) });
  }

  /** A stream's adaptive norm; where rows are modulated apart they are cut and joined again. */
  private modulated(rows: Rows, stream: Held, isLast = true): Held {
    const made =
      rows.length === 1 ? this.rows(rows[0]) : this.apart(rows, (tokens) => this.rows(tokens, this.rows(tokens)));
    if (isLast) this.memory.drop(stream);
    return made;
  }

  /** A stream with what its gate lets through of a result. */
  private addGated(rows: Rows, result: Held): Held {
    const gated =
      rows.length === 1 ? this.rows(rows[0]) : this.apart(rows, (tokens) => this.rows(tokens, this.rows(tokens)));
    this.memory.drop(result);
    return this.rows(sum(rows), gated);
  }

  private apart([target, references]: readonly [number, number], apply: (tokens: number) => Held): Held {
    const behind = apply(references);
    const before = apply(target);
    return this.rows(target + references, before, behind);
  }

  private pictureRows(): Rows {
    const { targetTokens, referenceTokens } = this.sizes;
    return this.config.zeroCondT ? [targetTokens, referenceTokens] : [this.imageTokens];
  }

  /** Rows of a stream's width, made of tensors that nothing else reads. */
  private rows(tokens: number, ...from: readonly Held[]): Held {
    return this.memory.from(tokens * this.width * this.sizes.bytes, ...from);
  }

  /**
   * A linear layer's run.
   * @param reads what nothing else reads: it is gone before the next operator
   * @param next what the result goes through: gets it and drops it
   */
  private linear(
    name: string,
    tokens: number,
    inFeatures: number,
    outFeatures: number,
    { reads = [], next = (result) => result }: { reads?: readonly Held[]; next?: (result: Held) => Held } = {},
  ): Held {
    const { bytes, linear } = this.sizes;
    return linearRun(this.memory, linear(name), { tokens, inFeatures, outFeatures, bytes }, (result) => {
      this.memory.drop(...reads);
      return next(result);
    });
  }
}
