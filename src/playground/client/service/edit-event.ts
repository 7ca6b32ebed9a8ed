import type {
  CompletedEventDto,
  EditEventDto,
  PartialImageEventDto,
} from '../../../edits/http/answers/edit-event.dto.js';

/** An event of an edit's stream. */
export type EditEvent = EditEventDto;

/** The file in an event. */
export function eventFile(event: PartialImageEventDto | CompletedEventDto): Blob {
  const bytes = Uint8Array.from(atob(event.b64_json), (character) => character.charCodeAt(0));
  const { output_format: format } = event;
  return new Blob([bytes], { type: format === 'pt' ? 'application/octet-stream' : `image/${format}` });
}
