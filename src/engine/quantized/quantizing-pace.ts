import type { PlacedWeight } from '../../graph/quantization/quantized-layout.js';
import type { QuantizingProgress, QuantizingStep } from '../../protocol/engine-messages.js';

/** Told how far the weights are. */
export type OnWeight = (progress: QuantizingProgress) => void;

type Matrix = Pick<PlacedWeight, 'rows' | 'columns'>;

/** Counts the weights that are through a step, and reckons from their sizes how long the rest will take. */
export class QuantizingPace {
  private readonly startedAt = performance.now();
  /** Values that are not through yet, and those that came through at the step's pace. */
  private left: number;
  private paced = 0;
  private done = 0;

  constructor(
    private readonly step: QuantizingStep,
    private readonly weights: readonly Matrix[],
    private readonly onWeight: OnWeight,
  ) {
    this.left = weights.reduce((sum, weight) => sum + valuesOf(weight), 0);
  }

  /**
   * A weight is through.
   * @param wasFinished it was so before, which says nothing about the pace
   */
  advance(weight: Matrix, wasFinished: boolean): void {
    this.done += 1;
    this.left -= valuesOf(weight);
    if (!wasFinished) this.paced += valuesOf(weight);
    const seconds = (performance.now() - this.startedAt) / 1000;
    const secondsLeft = this.paced === 0 ? null : (this.left * seconds) / this.paced;
    this.onWeight({ step: this.step, done: this.done, count: this.weights.length, secondsLeft });
  }
}

const valuesOf = ({ rows, columns }: Matrix): number => rows * columns;
