import type { OnWeight } from '../quantized/quantizing-pace.js';

/** Follows a load. */
export interface LoadListener {
  /** The network `name` is loaded next, as the `number`th of `count`. */
  readonly opening: (name: string, number: number, count: number) => void;
  readonly quantizing: OnWeight;
}

export const NO_LISTENER: LoadListener = { opening: () => undefined, quantizing: () => undefined };
