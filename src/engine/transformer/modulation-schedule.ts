/** A schedule's modulation is kept for all variants up to this size; beyond it some steps are made at a time, again and again. */
const KEPT_BYTES = 1536 * 2 ** 20;
/** Steps made at once: the weights, a third of the transformer's, are read once for all of them. */
export const BYTES_AT_ONCE = 128 * 2 ** 20;

/** Modulation of the steps of one schedule. */
export class ModulationSchedule {
  private readonly vectors = new Map<number, Float32Array>();
  private readonly keepsAll: boolean;
  private readonly stepsAtOnce: number;

  /**
   * @param timesteps float32 [steps], 0–1
   * @param length elements of one step's modulation
   * @param make makes the modulation of some timesteps, float32 [timesteps, length]
   */
  constructor(
    private readonly timesteps: Float32Array,
    private readonly length: number,
    private readonly make: (timesteps: Float32Array) => Promise<Float32Array>,
  ) {
    const bytes = length * Float32Array.BYTES_PER_ELEMENT;
    this.keepsAll = timesteps.length * bytes <= KEPT_BYTES;
    this.stepsAtOnce = Math.max(1, Math.floor(BYTES_AT_ONCE / bytes));
  }

  /**
   * Makes all steps that can be kept, so that the weights that make them are not needed between the denoiser's runs: where
   * memory is short they take turns with it.
   */
  async prepare(): Promise<void> {
    if (!this.keepsAll) return;
    for (let step = 0; step < this.timesteps.length; step += 1) await this.at(step);
  }

  /** The modulation of one step, float32 [length]. */
  async at(step: number): Promise<Float32Array> {
    if (!this.vectors.has(step)) await this.makeFrom(step);
    const vector = this.vectors.get(step);
    if (vector === undefined) throw new Error(`The schedule has no step ${step}`);
    return vector;
  }

  private async makeFrom(first: number): Promise<void> {
    const some = this.timesteps.subarray(first, first + this.stepsAtOnce);
    const all = await this.make(some);
    if (!this.keepsAll) this.vectors.clear();
    for (let index = 0; index < some.length; index += 1) {
      this.vectors.set(first + index, all.subarray(index * this.length, (index + 1) * this.length));
    }
  }
}
