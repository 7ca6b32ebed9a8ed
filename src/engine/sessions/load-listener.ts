import type { OnWeight } from '../quantized/quantizing-pace.js';

/** Follows a load. */
export interface LoadListener {
  /** The network `name` is loaded next, as the `number`th of `count`. */
  readonly opening: (name: string, number: number, count: number) => void;
  readonly quantizing: OnWeight;
  /** All weights are in files: what is still to be done is to load them. */
  readonly prepared: () => void;
}

export const NO_LISTENER: LoadListener = {
  opening: () => undefined,
  quantizing: () => undefined,
  prepared: () => undefined,
};
