import type { EditOrder } from './edit-order.js';

/** The last so many pictures of a kind count. */
const KEPT = 15;
/** Kinds that are remembered. */
const KINDS = 100;

/** The published models' native area, until a size was measured. */
const TYPICAL_PIXELS = 1024 * 1024;

/** Measures how long pictures take, and tells how long others will. */
export class SpeedMeter {
  /** Seconds a picture, by kind. */
  private readonly seconds = new Map<string, number[]>();
  /** Seconds a forward pass and pixel, over all kinds: the guess for a kind that was not measured yet. */
  private pixelSeconds: number[] = [];
  /** Of the last result whose size followed its input. */
  private autoPixels = TYPICAL_PIXELS;

  add(order: EditOrder, made: { readonly width: number; readonly height: number }, seconds: number): void {
    if (order.size === 'auto') this.autoPixels = made.width * made.height;
    const kind = kindOf(order);
    const measured = [...(this.seconds.get(kind) ?? []), seconds].slice(-KEPT);
    this.seconds.delete(kind);
    this.seconds.set(kind, measured);
    const [oldest] = this.seconds.keys();
    if (this.seconds.size > KINDS && oldest !== undefined) this.seconds.delete(oldest);
    this.pixelSeconds = [...this.pixelSeconds, seconds / this.workOf(order)].slice(-KEPT);
  }

  /** Seconds that one picture of the order takes; null until anything was measured. */
  pictureSeconds(order: EditOrder): number | null {
    const measured = this.seconds.get(kindOf(order));
    if (measured !== undefined) return median(measured);
    return this.pixelSeconds.length === 0 ? null : median(this.pixelSeconds) * this.workOf(order);
  }

  private workOf(order: EditOrder): number {
    const { size } = order;
    return passesOf(order) * (size === 'auto' ? this.autoPixels : size.width * size.height);
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
