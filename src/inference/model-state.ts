import type { ModelInfo } from '../protocol/model-info.js';

/** What the engine is up to, as /ready and the admission of edits tell it. */
export type ModelState =
  | {
      readonly status: 'loading';
      readonly reason: string;
      readonly retryAfterSeconds: number;
      /** How the engine process before this one ended, in plain words; null for the first. */
      readonly lastEnd: string | null;
    }
  | { readonly status: 'ready'; readonly model: ModelInfo }
  /** The checkpoint or device is at fault: only a restart with another configuration helps. */
  | {
      readonly status: 'failed';
      readonly reason: string;
      /** The reason with the checkpoint's whole path, where it is at fault: for the operator, never for a caller. */
      readonly operatorReason: string;
      readonly retryAfterSeconds: number;
    }
  /** The service is about to end: what it has is finished, nothing new is taken. */
  | { readonly status: 'draining'; readonly reason: string; readonly retryAfterSeconds: number };
