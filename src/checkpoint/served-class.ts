/** A size that inputs are brought to before they condition an edit. */
export interface ConditionArea {
  /** What service.json calls it. */
  readonly key: string;
  /** Pixels, where service.json gives none. */
  readonly area: number;
}

/** What reading a checkpoint needs to know of a pipeline class: its name, and what diffusers hard-codes in it. */
export interface ServedClass {
  /** `_class_name` in model_index.json. */
  readonly className: string;
  /** One for each picture that is made of an input. */
  readonly conditions: readonly ConditionArea[];
  /** Pixels of a result whose size follows the input. */
  readonly nativeArea: number;
  readonly defaultSteps: number;
  readonly defaultTrueCfgScale: number;
  /** Some of its transformers modulate the references as at timestep 0 (`zero_cond_t`). */
  readonly mayHaveZeroCondT: boolean;
}
