/** Transformer blocks `first` … `end − 1`. */
export interface LayerRange {
  readonly first: number;
  readonly end: number;
}
