import type { EditRequest } from '../inference/protocol.js';

/** One validated request on its way through the queue. */
export interface EditJob {
  readonly id: string;
  readonly request: EditRequest;
  /** Aborted when nobody waits for the result any more: a job that hasn't started then never does. */
  readonly signal: AbortSignal;
}
