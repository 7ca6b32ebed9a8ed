import type { status } from '@grpc/grpc-js';
import type { StageSeconds } from '../../protocol/picture.js';

/*
 * The messages of image_edits.proto as objects, with the file's own names. Fields that are absent are absent, lists are empty.
 */

/** google.protobuf.Timestamp */
export interface TimestampMessage {
  readonly seconds: number;
  readonly nanos: number;
}

export interface LoraMessage {
  readonly name?: string;
  readonly scale?: number;
}

/** EditRequest; its pictures are taken out when they are copied, so that nothing else holds the message's bytes. */
export interface EditRequest {
  readonly prompt?: string;
  images: readonly Uint8Array[];
  image: readonly Uint8Array[];
  mask?: Uint8Array;
  readonly lora: readonly LoraMessage[];
  readonly detach?: boolean;
}

export interface WatchJobRequest {
  readonly job_id?: string;
  readonly after?: number;
}

export interface GetJobRequest {
  readonly job_id?: string;
  readonly with_data?: boolean;
}

export interface CancelJobRequest {
  readonly job_id?: string;
}

export interface TokenUsageMessage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly text_tokens: number;
  readonly image_tokens: number;
}

export interface ProgressMessage {
  readonly step: number;
  readonly steps: number;
  readonly image: number;
  readonly images: number;
  readonly eta_seconds?: number;
}

export interface PreviewMessage {
  readonly data: Uint8Array;
  readonly output_format: string;
  readonly width: number;
  readonly height: number;
  readonly image: number;
  readonly index: number;
}

export interface ResultMessage {
  readonly data?: Uint8Array;
  readonly output_format: string;
  readonly width: number;
  readonly height: number;
  readonly image: number;
  readonly input_index: number;
  readonly seed: number;
  readonly usage: TokenUsageMessage;
  readonly warnings: readonly string[];
}

export interface CompletedMessage {
  readonly input_images: number;
  readonly generated_images: number;
  readonly usage: TokenUsageMessage;
  readonly seconds: StageSeconds & { readonly queue: number };
  readonly lora: readonly LoraMessage[];
  readonly warnings: readonly string[];
}

/** EditEvent: exactly one of its events. */
export interface EditEvent {
  readonly number?: number;
  readonly time: TimestampMessage;
  readonly accepted?: { readonly job_id: string };
  readonly queued?: { readonly position: number };
  readonly started?: Readonly<Record<string, never>>;
  readonly progress?: ProgressMessage;
  readonly preview?: PreviewMessage;
  readonly result?: ResultMessage;
  readonly completed?: CompletedMessage;
}

export interface JobMessage {
  readonly id: string;
  readonly status: string;
  readonly position?: number;
  readonly progress?: ProgressMessage;
  readonly created_at?: TimestampMessage;
  readonly started_at?: TimestampMessage;
  readonly finished_at?: TimestampMessage;
  readonly error?: StatusMessage;
  readonly results: readonly ResultMessage[];
  readonly completed?: CompletedMessage;
}

/** google.rpc.Status */
export interface StatusMessage {
  readonly code: status;
  readonly message: string;
  readonly details: readonly { readonly type_url: string; readonly value: Uint8Array }[];
}
