import { CheckpointError } from '../checkpoint-error.js';

/** What may tell whether the references' tokens are modulated as at timestep 0 (`zero_cond_t`; Qwen-Image-Edit-2511 has it). */
export interface ZeroCondTFacts {
  /** QWEN_ZERO_COND_T. */
  readonly setting: boolean | null;
  /** The weights' file holds the tensor by which ComfyUI marks it. */
  readonly isMarked: boolean;
  /** transformer/config.json's; undefined when there is no such file. */
  readonly config: boolean | undefined;
  /** Models of this pipeline class may have it. */
  readonly isPossible: boolean;
}

/** The tensor whose presence is the mark. */
export const ZERO_COND_T_MARK = '__index_timestep_zero__';

/**
 * Whether the transformer is one with `zero_cond_t`: the setting says it first, then the weights' own mark, then the config.
 * @param label the file of the weights
 * @throws CheckpointError naming the setting when nothing tells it
 */
export function zeroCondT({ setting, isMarked, config, isPossible }: ZeroCondTFacts, label: string): boolean {
  if (setting !== null) return setting;
  if (isMarked) return true;
  if (config !== undefined) return config;
  if (!isPossible) return false;
  throw new CheckpointError(
    `${label} doesn't tell whether the model has zero_cond_t, and there is no transformer/config.json: set QWEN_ZERO_COND_T=true for Qwen-Image-Edit-2511 and its kin, QWEN_ZERO_COND_T=false for 2509`,
  );
}
