import { LRUCache } from 'lru-cache';
import { isGuided, sizeText } from '../protocol/edit-settings.js';
import type { PictureRequest } from '../protocol/picture-request.js';

/** A run can't be interrupted: an engine is stuck only when it is silent for much longer than its runs take. */
const SILENCES_AFTER_CANCEL = 5;
const SILENCES_UNASKED = 10;
/** A busy machine may hold up a fast engine's steps for this long. */
const LEAST_STALL_SECONDS = 60;
/** Kinds of silence that are remembered. */
const KINDS = 200;

/** What the engine is at while it says nothing: all that comes before the first step is done, another step, or the result. */
export type Phase = 'begin' | 'step' | 'end';

/** The operator's bounds, see EngineSettings. */
interface TimingLimits {
  readonly cancelGraceSeconds: number;
  readonly engineStallSeconds: number;
}

/** Measures how long the engine is silent during its work, and tells how long it may be. */
export class EngineTimings {
  private longestSeconds = 0;
  /** The longest silence by kind: sizes and guidance set how long a step takes. */
  private readonly longest = new LRUCache<string, number>({ max: KINDS });

  constructor(private readonly limits: TimingLimits) {}

  /** The engine was silent for so long, and then went on. */
  add(request: PictureRequest, phase: Phase, seconds: number): void {
    const kind = kindOf(request, phase);
    this.longestSeconds = Math.max(this.longestSeconds, seconds);
    this.longest.set(kind, Math.max(this.longest.get(kind) ?? 0, seconds));
  }

  /** How long a cancelled picture may take to end before the engine counts as stuck. */
  get cancelGraceSeconds(): number {
    return Math.max(this.limits.cancelGraceSeconds, SILENCES_AFTER_CANCEL * this.longestSeconds);
  }

  /**
   * How long the engine may be silent during a picture that was not cancelled: by what was measured of the like, else what the
   * operator says.
   */
  stallSeconds(request: PictureRequest, phase: Phase): number {
    const { engineStallSeconds } = this.limits;
    const measured = this.longest.get(kindOf(request, phase));
    if (measured === undefined) return engineStallSeconds;
    return Math.max(Math.min(engineStallSeconds, LEAST_STALL_SECONDS), SILENCES_UNASKED * measured);
  }
}

function kindOf(request: PictureRequest, phase: Phase): string {
  return [phase, sizeText(request.size), isGuided(request), request.references.length].join(' ');
}
