import type { OutputSize } from '../protocol/edit-settings.js';
import type { EditInput } from './edit-job.js';

/** What a job's edits are made from, as it was uploaded: what a driver stores whose workers are elsewhere. */
export interface JobFiles {
  /** `separate`: each picture is an edit of its own; `together`: all are the references of one. */
  readonly kind: 'separate' | 'together';
  /** The result's size as it was asked for: with a mask it decides which size `auto` stands for. */
  readonly asked: OutputSize;
  readonly pictures: readonly Uint8Array<ArrayBuffer>[];
  readonly mask: { readonly bytes: Uint8Array<ArrayBuffer>; readonly feather: number } | null;
}

/** Those of one edit of a job. */
export type EditFiles = Omit<JobFiles, 'kind'>;

/** Makes of an edit's files what an engine is given. */
export abstract class InputDecoder {
  /** @throws EditError when a file is none that can be read; it was read before, where the job was taken */
  abstract decode(files: EditFiles): Promise<EditInput>;
}
