/** A folder's service.json: what diffusers hard-codes, with diffusers' numbers where a key is absent. */
export interface ServiceSettings {
  /** Area in pixels that the input is brought to before it conditions the edit. */
  readonly conditionArea: number;
  /** Area in pixels of a result whose size follows the input. */
  readonly nativeArea: number;
  readonly defaultSize: { readonly width: number; readonly height: number } | 'auto';
  readonly defaultSteps: number;
  readonly defaultTrueCfgScale: number;
  /** Instructions that the model does well. */
  readonly suggestions: readonly string[];
}
