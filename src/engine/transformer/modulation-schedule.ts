import { ELEMENT_BYTES } from '../../graph/element-type.js';
import type { ComputeType } from '../../graph/graph-builder.js';
import { packedFloats, type PackedFloats } from '../sessions/packed-floats.js';

/** A schedule's modulation is kept for all variants up to this size; beyond it some steps are made at a time, again and again. */
const KEPT_BYTES = 1536 * 2 ** 20;
/** Steps made at once: the weights, a third of the transformer's, are read once for all of them. */
const BYTES_AT_ONCE = 128 * 2 ** 20;

/** Steps whose modulation is made in one run, beside timestep 0. @param length elements of one step's */
export const stepsAtOnce = (length: number): number =>
  Math.max(1, Math.floor(BYTES_AT_ONCE / (length * Float32Array.BYTES_PER_ELEMENT)));

/** What modulates one step. */
export interface StepVectors {
  /** [length]: of the step's timestep. */
  readonly step: PackedFloats;
  /** [length]: of timestep 0, the same for all steps; null where references have no modulation of their own. */
  readonly references: PackedFloats | null;
}

/** Modulation of the steps of one schedule. */
export class ModulationSchedule {
  private readonly vectors = new Map<number, PackedFloats>();
  private references: PackedFloats | null = null;
  private readonly keepsAll: boolean;
  private readonly stepsAtOnce: number;

  /**
   * @param timesteps float32 [steps], 0–1
   * @param length elements of one step's modulation
   * @param hasReferences references are modulated as at timestep 0 (zero_cond_t)
   * @param computeType of the denoiser
   * @param make makes the modulation of some timesteps, float32 [timesteps, length]
   */
  constructor(
    private readonly timesteps: Float32Array,
    private readonly length: number,
    private readonly hasReferences: boolean,
    private readonly computeType: ComputeType,
    private readonly make: (timesteps: Float32Array) => Promise<Float32Array>,
  ) {
    this.keepsAll = timesteps.length * length * ELEMENT_BYTES[computeType] <= KEPT_BYTES;
    this.stepsAtOnce = stepsAtOnce(length);
  }

  /**
   * Makes all steps that can be kept, so that the weights that make them are not needed between the denoiser's runs: where
   * memory is short they take turns with it.
   */
  async prepare(): Promise<void> {
    if (!this.keepsAll) return;
    for (let step = 0; step < this.timesteps.length; step += 1) await this.at(step);
  }

  /** The modulation of one step. */
  async at(step: number): Promise<StepVectors> {
    if (!this.vectors.has(step)) await this.makeFrom(step);
    const vector = this.vectors.get(step);
    if (vector === undefined) throw new Error(`The schedule has no step ${step}`);
    return { step: vector, references: this.references };
  }

  private async makeFrom(first: number): Promise<void> {
    const some = this.timesteps.subarray(first, first + this.stepsAtOnce);
    // Timestep 0 goes along with the first steps, so that the weights are not read for it alone.
    const isDue = this.hasReferences && this.references === null;
    const all = await this.make(isDue ? Float32Array.of(...some, 0) : some);
    const vector = (index: number): Float32Array => all.subarray(index * this.length, (index + 1) * this.length);
    const packed = (values: Float32Array): PackedFloats => packedFloats(this.computeType, values, this.length);
    if (!this.keepsAll) this.vectors.clear();
    for (let index = 0; index < some.length; index += 1) this.vectors.set(first + index, packed(vector(index)));
    // A copy where it outlives the vectors that it was made with.
    if (isDue) this.references = packed(this.keepsAll ? vector(some.length) : vector(some.length).slice());
  }
}
