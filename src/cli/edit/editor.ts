import type { Usage } from '../../edits/usage.js';
import type { JobProgress } from '../../jobs/job-event.js';

/** One edit: the API's fields as text, every one of them given once. */
export interface EditRequest {
  readonly texts: Readonly<Record<string, string>>;
  /** Its references in order. */
  readonly pictures: readonly [Buffer, ...Buffer[]];
  /** What of the first picture may change; null: all of it. */
  readonly mask: Buffer | null;
}

/** The API's name for an edit's pictures: `images` has one edit a picture, `image` one for all. */
export function pictureField({ pictures }: EditRequest): 'images' | 'image' {
  return pictures.length > 1 ? 'image' : 'images';
}

/** A finished picture as a file. */
export interface EditResult {
  readonly bytes: Uint8Array;
  readonly seed: number;
  /** WIDTHxHEIGHT */
  readonly size: string;
  readonly usage: Usage;
}

/** What is told while an edit is made; images and steps count from 1. */
export type EditUpdate =
  /** The model is being loaded, or the service asked to come back later. */
  | { readonly type: 'preparing'; readonly what: string }
  /** What users of the model should know, once. */
  | { readonly type: 'notice'; readonly text: string }
  | { readonly type: 'queued'; readonly position: number }
  /** It has waited its turn; its first step is still to come. */
  | { readonly type: 'started' }
  | ({ readonly type: 'progress' } & JobProgress)
  /** Results come in order. */
  | { readonly type: 'result'; readonly result: EditResult; readonly warnings: readonly string[] };

/** Where edits are made: an engine of this process's own, or a service. */
export interface Editor {
  /** The most bytes of an input; null when the other side decides. */
  readonly maxInputBytes: number | null;
  /**
   * Makes one edit.
   * @param signal gives it up
   * @throws CliError, EditError
   */
  edit(request: EditRequest, signal: AbortSignal): AsyncGenerator<EditUpdate>;
  /** Ends what was started for it. */
  close(): Promise<void>;
}
