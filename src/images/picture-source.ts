import type { SampleLayout } from './samples/sample-layout.js';

/** A file as the decoder is given it. */
export interface PictureSource {
  /** The file, or a copy that says what the decoder can take. */
  readonly bytes: Uint8Array;
  /** Of a TIFF file: what its tags say. */
  readonly tiff?: TiffFacts;
  /**
   * Set where the decoder's own conversion to colours would be wrong: it hands out the samples, and these say what they are.
   */
  readonly samples?: SampleLayout;
}

export interface TiffFacts {
  /** Which of the samples of a pixel behind its colours is its alpha, from 0; undefined where none is. */
  readonly alphaExtra?: number;
  readonly littleEndian: boolean;
}
