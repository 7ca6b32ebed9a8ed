import type { EditError } from '../protocol/edit-error.js';

/** How far a job is; images and steps count from 1. */
export interface JobProgress {
  readonly step: number;
  readonly steps: number;
  readonly image: number;
  readonly images: number;
  /** Until the whole job is done if no other takes turns with it; null until it was measured. */
  readonly etaSeconds: number | null;
}

/** A picture as the model sees it on its way. */
export interface Preview {
  /** Of which picture, from 1. */
  readonly image: number;
  /** Which of its previews, from 0. */
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What happens to a job, in order. */
export type JobEvent =
  /** It waits for its turn; position 1 is next. Between the pictures of a batch it may wait again. */
  | { readonly type: 'queued'; readonly position: number }
  /** Its first picture has reached an engine; once a job. */
  | { readonly type: 'started' }
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'preview'; readonly preview: Preview }
  /** The result `index` can be had from the queue. */
  | { readonly type: 'picture'; readonly index: number }
  | { readonly type: 'succeeded' }
  | { readonly type: 'failed'; readonly failure: EditError };

/** An event with its place in the job's history, from 1. */
export type NumberedEvent = JobEvent & { readonly number: number; readonly at: Date };
