import type { TensorEntry } from '../../checkpoint/tensor-index.js';
import { ELEMENT_BYTES, elementCount, type ElementType } from '../element-type.js';
import type { Span } from './quantized-layout.js';
import { codeType, repackedShapes, type BlockForm } from './block-form.js';

/** A tensor of a GGUF type that graphs can't read as it lies. */
export interface RepackSource {
  /** Canonical. */
  readonly name: string;
  readonly tensor: TensorEntry;
  /** The first ones of the tensor that are used. */
  readonly rows: number;
  readonly columns: number;
}

/** Its codes, and scales and addends of its blocks, or its values as floats: where they lie in the file. */
export type RepackedSpans =
  | {
      readonly kind: 'blocks';
      readonly form: BlockForm;
      readonly codes: Span;
      readonly scales: Span;
      readonly addends: Span | null;
    }
  | { readonly kind: 'floats'; readonly values: Span };

/** The arrays in the file's order. */
export function arraysOf(spans: RepackedSpans): readonly Span[] {
  if (spans.kind === 'floats') return [spans.values];
  return [spans.codes, spans.scales, ...(spans.addends === null ? [] : [spans.addends])];
}

export type RepackedTensor = RepackSource & { readonly spans: RepackedSpans };

/** Name of the file that holds a transformer's repacked weights. */
export const REPACKED_FILE = 'transformer-repacked.bin';

/** Arrays begin at multiples of this. */
const ALIGNMENT = 64;

/** Gives the tensors of GGUF types that graphs ask for their places in one file, one after the other. */
export class RepackedLayout {
  private readonly placed = new Map<string, RepackedTensor>();
  private end = 0;
  /** The file, seen from the session's folder for external data. */
  readonly location: string;

  /** @param folder that the file lies in, seen from the session's folder for external data; '' is that folder itself */
  constructor(folder = '') {
    this.location = folder === '' ? REPACKED_FILE : `${folder}/${REPACKED_FILE}`;
  }

  /** The place of a linear layer's weight; the same for one that several graphs ask for. */
  placeBlocks(source: RepackSource, form: BlockForm): Extract<RepackedSpans, { kind: 'blocks' }> {
    const spans = this.place(source, () => {
      const shapes = repackedShapes(form, source.rows, source.columns);
      return {
        kind: 'blocks',
        form,
        codes: this.append(codeType(form), shapes.codes),
        scales: this.append('float32', shapes.blocks),
        addends: form.hasAddends ? this.append('float32', shapes.blocks) : null,
      };
    });
    if (spans.kind !== 'blocks') throw new Error(`${source.name} is read both as codes and as floats`);
    return spans;
  }

  /** The place of any other tensor, whose values are floats. */
  placeFloats(source: RepackSource): Span {
    const spans = this.place(source, () => ({
      kind: 'floats',
      values: this.append('float32', [source.rows, source.columns]),
    }));
    if (spans.kind !== 'floats') throw new Error(`${source.name} is read both as codes and as floats`);
    return spans.values;
  }

  /** All tensors, in the file's order. */
  tensors(): readonly RepackedTensor[] {
    return [...this.placed.values()];
  }

  /** Of the file. */
  get bytes(): number {
    return this.end;
  }

  private place(source: RepackSource, lay: () => RepackedSpans): RepackedSpans {
    const known = this.placed.get(source.name);
    if (known !== undefined) return known.spans;
    const spans = lay();
    this.placed.set(source.name, { ...source, spans });
    return spans;
  }

  private append(type: ElementType, shape: readonly number[]): Span {
    const offset = Math.ceil(this.end / ALIGNMENT) * ALIGNMENT;
    const length = elementCount(shape) * ELEMENT_BYTES[type];
    this.end = offset + length;
    return { type, shape, offset, length };
  }
}
