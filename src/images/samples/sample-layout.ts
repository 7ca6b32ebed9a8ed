/** How a sample is written. `uint64` and `float64` come from the decoder as two uint32 each. */
export type SampleType = 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'float32' | 'float64';

/** What the colour samples mean: a grey or RGB of a profile, the same grey upside down, or one of TIFF's CIELABs. */
export type SampleColours = 'grey' | 'inverted-grey' | 'rgb' | 'cielab' | 'icclab';

/** Where a picture's transparency stands. */
export interface AlphaSample {
  /** Of the pixel's samples, from 0. */
  readonly index: number;
  /** The colours are already multiplied by it. */
  readonly associated: boolean;
}

/** What the decoder hands out of a picture whose samples it leaves as they are. */
export interface SampleLayout {
  readonly type: SampleType;
  readonly colours: SampleColours;
  /** Samples of a pixel, colours first. */
  readonly channels: number;
  readonly alpha?: AlphaSample;
}

/** Samples of a pixel that are its colour. */
export function colourCount(colours: SampleColours): 1 | 3 {
  return colours === 'grey' || colours === 'inverted-grey' ? 1 : 3;
}
