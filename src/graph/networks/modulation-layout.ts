import type { TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { LayerRange } from './layer-range.js';

/**
 * How all of a step's modulation lies in one vector, which the modulation graph writes and the denoiser reads: each block's
 * part, then norm_out's, so that what some of the layers read lies in one piece. The functions below name its pieces, innerDim long each, in the order in which they lie; V is what
 * stands for a piece: a value of a graph, a place, nothing when they are only counted.
 */

/** What a piece does to an adaptive norm; a scale holds the 1 of 1 + scale. */
export type ModulationPart = 'shift' | 'scale' | 'gate';

/** A block's linear layers that make its modulation. */
export type ModulationLayer = 'img_mod.1' | 'txt_mod.1';

/** An adaptive norm's, and the gate of what comes of it. */
export type NormModulation<V> = Readonly<Record<ModulationPart, V>>;

/** Of a stream that goes through a whole block: before the attention and before the feed-forward. */
export interface StreamModulation<V> {
  readonly norm1: NormModulation<V>;
  readonly norm2: NormModulation<V>;
}

/** Of a stream that ends in a block: it feeds keys and values only. */
export interface EndingStreamModulation<V> {
  readonly norm1: Omit<NormModulation<V>, 'gate'>;
  readonly norm2: null;
}

export interface BlockModulation<V> {
  readonly image: StreamModulation<V>;
  readonly text: StreamModulation<V> | EndingStreamModulation<V>;
}

/** norm_out's. */
export type OutModulation<V> = Omit<NormModulation<V>, 'gate'>;

/** Source: diffusers' AdaLayerNormContinuous, the rows of norm_out.linear. */
export const outModulation = <V>(piece: (part: ModulationPart) => V): OutModulation<V> => ({
  scale: piece('scale'),
  shift: piece('shift'),
});

/** Source: diffusers' QwenImageTransformerBlock, the rows of img_mod and of txt_mod; the last block's text ends in it. */
export function blockModulation<V>(
  { numLayers }: TransformerConfig,
  block: number,
  piece: (layer: ModulationLayer, part: ModulationPart) => V,
): BlockModulation<V> {
  const image = streamModulation((part) => piece('img_mod.1', part));
  const ofText = (part: ModulationPart): V => piece('txt_mod.1', part);
  const text =
    block === numLayers - 1
      ? { norm1: { shift: ofText('shift'), scale: ofText('scale') }, norm2: null }
      : streamModulation(ofText);
  return { image, text };
}

function streamModulation<V>(piece: (part: ModulationPart) => V): StreamModulation<V> {
  const norm = (): NormModulation<V> => ({ shift: piece('shift'), scale: piece('scale'), gate: piece('gate') });
  return { norm1: norm(), norm2: norm() };
}

/** A piece of a block's modulation. */
export interface BlockPiece {
  readonly layer: ModulationLayer;
  readonly part: ModulationPart;
}

/** A block's pieces in order. */
export function blockPieces(config: TransformerConfig, block: number): BlockPiece[] {
  const pieces: BlockPiece[] = [];
  blockModulation(config, block, (layer, part) => pieces.push({ layer, part }));
  return pieces;
}

/** norm_out's pieces in order. */
export function outPieces(): ModulationPart[] {
  const parts: ModulationPart[] = [];
  outModulation((part) => parts.push(part));
  return parts;
}

/** Elements of one step's modulation. */
export const modulationLength = (config: TransformerConfig): number =>
  modulationRange(config, { first: 0, end: config.numLayers }).end;

/** The elements `first` … `end − 1` of a step's modulation that some layers read: their blocks', the last one's norm_out's too. */
export function modulationRange(
  config: TransformerConfig,
  layers: LayerRange,
): { readonly first: number; readonly end: number } {
  const { innerDim } = config;
  const first = blockPieceCount(config, 0, layers.first);
  const own = pieceCount(config, layers);
  return { first: innerDim * first, end: innerDim * (first + own) };
}

/** Pieces that some layers read. */
export const pieceCount = (config: TransformerConfig, { first, end }: LayerRange): number =>
  blockPieceCount(config, first, end) + (end === config.numLayers ? outPieces().length : 0);

/** Pieces of the blocks `first` … `end − 1`. */
function blockPieceCount(config: TransformerConfig, first: number, end: number): number {
  let count = 0;
  for (let block = first; block < end; block += 1) count += blockPieces(config, block).length;
  return count;
}
