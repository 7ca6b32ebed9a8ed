import type { ErrorEnvelope } from './fault.js';

/** The events of an edit's stream, as far as the page reads them. */
export type EditEvent =
  | { readonly type: 'image_edit.queued'; readonly position: number }
  | {
      readonly type: 'image_edit.progress';
      readonly step: number;
      readonly steps: number;
      readonly image: number;
      readonly images: number;
      readonly eta_seconds: number | null;
    }
  | {
      readonly type: 'image_edit.partial_image';
      readonly b64_json: string;
      readonly image: number;
      readonly output_format: string;
    }
  | {
      readonly type: 'image_edit.completed';
      readonly b64_json: string;
      readonly image: number;
      readonly seed: number;
      readonly input_index: number;
      readonly size: string;
      readonly output_format: string;
      readonly warnings: readonly string[];
    }
  | ({ readonly type: 'error' } & ErrorEnvelope);

/** The file in an event. */
export function eventFile(event: { readonly b64_json: string; readonly output_format: string }): Blob {
  const bytes = Uint8Array.from(atob(event.b64_json), (character) => character.charCodeAt(0));
  const { output_format: format } = event;
  return new Blob([bytes], { type: format === 'pt' ? 'application/octet-stream' : `image/${format}` });
}
