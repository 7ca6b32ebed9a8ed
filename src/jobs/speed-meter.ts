import { LRUCache } from 'lru-cache';
import { kindText, passesOf, type PictureKind } from './picture-kind.js';

/** The last so many pictures of a kind count. */
const KEPT = 15;
/** Kinds that are remembered. */
const KINDS = 100;
/** The published models' native area, until a result of size auto was measured. */
const TYPICAL_PIXELS = 1024 * 1024;

/** Pictures of the same size, steps and guidance. */
interface Kind {
  /** Forward passes times pixels. */
  readonly work: number;
  /** Of each of the last pictures. */
  readonly seconds: readonly number[];
  readonly median: number;
}

/** Measures how long pictures take, and tells how long others will. */
export class SpeedMeter {
  private readonly kinds = new LRUCache<string, Kind>({ max: KINDS });
  /** Of the last result whose size followed its input. */
  private autoPixels = TYPICAL_PIXELS;

  /** A picture with the settings was made: its size in pixels, and the seconds that it took. */
  add(settings: PictureKind, made: { readonly width: number; readonly height: number }, seconds: number): void {
    if (settings.size === 'auto') this.autoPixels = made.width * made.height;
    const name = kindText(settings);
    const measured = [...(this.kinds.get(name)?.seconds ?? []), seconds].slice(-KEPT);
    this.kinds.set(name, { work: this.workOf(settings), seconds: measured, median: median(measured) });
  }

  /** Seconds that one picture with the settings takes; null until one of its kind was measured. */
  pictureSeconds(settings: PictureKind): number | null {
    return this.kinds.get(kindText(settings))?.median ?? null;
  }

  /**
   * Seconds that one picture with the settings takes at least: of a kind that was not measured, as long as any with less work.
   * No caller is refused by a guess: a small picture's time is mostly overhead, and says little about a large one's.
   */
  leastSeconds(settings: PictureKind): number {
    const measured = this.pictureSeconds(settings);
    if (measured !== null) return measured;
    const work = this.workOf(settings);
    const smaller = [...this.kinds.values()].filter((kind) => kind.work <= work);
    return Math.max(0, ...smaller.map((kind) => kind.median));
  }

  private workOf(settings: PictureKind): number {
    const { size } = settings;
    return passesOf(settings) * (size === 'auto' ? this.autoPixels : size.width * size.height);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
