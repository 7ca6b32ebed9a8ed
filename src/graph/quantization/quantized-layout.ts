import type { TensorComponent, TensorEntry } from '../../checkpoint/tensor-index.js';
import { ELEMENT_BYTES, elementCount, type ElementType } from '../element-type.js';
import { quantizedShapes, quantizedTypes, type LinearFormat } from './linear-format.js';
import type { LinearRecipe } from './linear-recipe.js';

/** A weight to be quantized. */
export interface LinearWeight {
  readonly component: TensorComponent;
  readonly name: string;
  readonly tensor: TensorEntry;
  readonly format: LinearFormat;
  /** Outputs that are used: the tensor's first rows. */
  readonly rows: number;
  /** Inputs. */
  readonly columns: number;
}

/** An array in a file. */
export interface Span {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Bytes from the file's start. */
  readonly offset: number;
  readonly length: number;
}

/** Where a quantized weight lies. */
export interface QuantizedLinear {
  /** The file, seen from the session's folder for external data. */
  readonly location: string;
  /** As quantizedShapes and quantizedTypes say. */
  readonly codes: Span;
  readonly scales: Span;
}

/** A weight with its place. */
export type PlacedWeight = LinearWeight & QuantizedLinear;

/** Arrays begin at multiples of this. */
const ALIGNMENT = 64;

/** Gives the linear weights that graphs ask for their places in one file a component, one after the other. */
export class QuantizedLayout {
  private readonly placed = new Map<string, PlacedWeight>();
  private readonly ends = new Map<TensorComponent, number>();

  /** @param folder that the files lie in, seen from the session's folder for external data; '' is that folder itself */
  constructor(
    private readonly recipe: LinearRecipe,
    private readonly folder = '',
  ) {}

  formatOf(graph: string, tensor: string): LinearFormat | undefined {
    return this.recipe(graph, tensor);
  }

  /** The place of a weight; the same for one that several graphs ask for. */
  place(weight: LinearWeight): QuantizedLinear {
    const key = `${weight.component}: ${weight.name}`;
    const known = this.placed.get(key);
    if (known !== undefined) return known;
    const { component, format, rows, columns } = weight;
    const { codes, scales } = quantizedShapes(format, rows, columns);
    const types = quantizedTypes(format);
    const file = quantizedFile(component);
    const location = this.folder === '' ? file : `${this.folder}/${file}`;
    const place = {
      location,
      codes: this.append(component, types.codes, codes),
      scales: this.append(component, types.scales, scales),
    };
    this.placed.set(key, { ...weight, ...place });
    return place;
  }

  /** All weights of a component, in the file's order. */
  weights(component: TensorComponent): PlacedWeight[] {
    return [...this.placed.values()].filter((weight) => weight.component === component);
  }

  /** The components that have quantized weights, with the bytes of their files. */
  files(): ReadonlyMap<TensorComponent, number> {
    return this.ends;
  }

  private append(component: TensorComponent, type: ElementType, shape: readonly number[]): Span {
    const offset = Math.ceil((this.ends.get(component) ?? 0) / ALIGNMENT) * ALIGNMENT;
    const length = elementCount(shape) * ELEMENT_BYTES[type];
    this.ends.set(component, offset + length);
    return { type, shape, offset, length };
  }
}

/** Name of the file that holds a component's quantized weights. */
export const quantizedFile = (component: TensorComponent): string => `${component}.bin`;
