/** FlowMatchEulerDiscreteScheduler: the options that are implemented, under diffusers' names. */
export interface SchedulerConfig {
  readonly numTrainTimesteps: number;
  readonly shift: number;
  readonly useDynamicShifting: boolean;
  readonly baseShift: number;
  readonly maxShift: number;
  /** Tokens. */
  readonly baseImageSeqLen: number;
  /** Tokens. */
  readonly maxImageSeqLen: number;
  /** The last sigma before 0 is stretched to this; null: no stretch. */
  readonly shiftTerminal: number | null;
  readonly timeShiftType: 'exponential' | 'linear';
}
