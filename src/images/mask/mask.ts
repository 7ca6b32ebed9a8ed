/** How much of a picture may change: one value a pixel. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** [height, width]: 0: stays as it is, 255: changes wholly; between them a blend of both. */
  readonly data: Uint8Array;
}
