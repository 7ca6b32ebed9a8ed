/** A picture's size in patches, before the merger joins them. */
export interface PatchGrid {
  /** Patches a column. */
  readonly gridHeight: number;
  /** Patches a row. */
  readonly gridWidth: number;
}
