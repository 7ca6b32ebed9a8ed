import type { EditOrder } from './edit-order.js';

/** The last so many pictures of a kind count. */
const KEPT = 15;
/** Kinds that are remembered. */
const KINDS = 100;

/** Measures how long pictures take, and tells how long others will. */
export class SpeedMeter {
  /** Seconds a picture, by kind. */
  private readonly seconds = new Map<string, number[]>();
  /** Seconds a forward pass, over all kinds: the guess for a kind that was not measured yet. */
  private passSeconds: number[] = [];

  add(order: EditOrder, seconds: number): void {
    const kind = kindOf(order);
    const measured = [...(this.seconds.get(kind) ?? []), seconds].slice(-KEPT);
    this.seconds.delete(kind);
    this.seconds.set(kind, measured);
    const [oldest] = this.seconds.keys();
    if (this.seconds.size > KINDS && oldest !== undefined) this.seconds.delete(oldest);
    this.passSeconds = [...this.passSeconds, seconds / passesOf(order)].slice(-KEPT);
  }

  /** Seconds that one picture of the order takes; null until anything was measured. */
  pictureSeconds(order: EditOrder): number | null {
    const measured = this.seconds.get(kindOf(order));
    if (measured !== undefined) return median(measured);
    return this.passSeconds.length === 0 ? null : median(this.passSeconds) * passesOf(order);
  }
}

function kindOf(order: EditOrder): string {
  const { size } = order;
  return [passesOf(order), size === 'auto' ? size : `${size.width}x${size.height}`].join(' ');
}

/** Forward passes of one picture: two a step with guidance. */
function passesOf({ numInferenceSteps, trueCfgScale }: EditOrder): number {
  return numInferenceSteps * (trueCfgScale > 1 ? 2 : 1);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
