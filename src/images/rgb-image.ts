/** An 8-bit sRGB picture. `data` is [height, width, 3], row by row, without padding. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}
