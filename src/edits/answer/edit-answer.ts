import type { EditUsage, StageSeconds } from '../../inference/protocol.js';

/** One result file. */
export interface EditResult {
  readonly bytes: Uint8Array;
  readonly seed: number;
  readonly inputIndex: number;
}

/** A finished edit, before it is put into the form of an answer. */
export interface EditAnswer {
  /** Seconds since 1970. */
  readonly created: number;
  readonly results: readonly EditResult[];
  readonly inputPictures: number;
  readonly usage: EditUsage;
  readonly queueSeconds: number;
  readonly stageSeconds: StageSeconds;
  readonly outputFormat: string;
  /** WIDTHxHEIGHT of every result, or `auto` where they differ. */
  readonly size: string;
  readonly warnings: readonly string[];
}
