/** ln 3 as Python's math.log has it, from which V8's differs in the last bit: the shift is the same for every size. */
const SHIFT = 1.0986122886681098;

/**
 * The published names of Lightning's LoRAs: Qwen-Image-Lightning-8steps-V1.1, Qwen-Image-Edit-2509-Lightning-4steps-V1.0-bf16, …
 */
const PUBLISHED =
  /^Qwen-Image(?:-Edit)?(?:-\d{4})?(?:-fp8-e4m3fn)?-Lightning-(4|8)steps(?:-V\d+(?:\.\d+)*)?(?:-(?:bf16|fp32))?$/i;

/**
 * What a published Lightning LoRA needs, as its NAME.json would say it: the authors publish it in their model card, not in the
 * file. null for any other name.
 * Source: the scheduler's config of lightx2v's Qwen-Image-Lightning.
 */
export function lightningSettings(name: string): Readonly<Record<string, unknown>> | null {
  const steps = PUBLISHED.exec(name)?.[1];
  if (steps === undefined) return null;
  return {
    description: `Lightning: good pictures in ${steps} steps, without guidance`,
    steps: Number(steps),
    true_cfg_scale: 1,
    scheduler: {
      num_train_timesteps: 1000,
      shift: 1,
      use_dynamic_shifting: true,
      base_shift: SHIFT,
      max_shift: SHIFT,
      base_image_seq_len: 256,
      max_image_seq_len: 8192,
      shift_terminal: null,
      time_shift_type: 'exponential',
    },
  };
}
