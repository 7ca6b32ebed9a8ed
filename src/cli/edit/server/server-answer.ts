import type {
  CompletedEventDto,
  EditEventDto,
  ProgressEventDto,
  QueuedEventDto,
} from '../../../edits/http/answers/edit-event.dto.js';
import type { OpenAiErrorDto } from '../../../http/errors/error.dto.js';
import type { ModelListDto } from '../../../model-list/model-list.dto.js';
import { apiError, CliError } from '../../cli-error.js';
import type { EditUpdate } from '../editor.js';
import type { ServerEvent } from './event-stream.js';

/** The events' JSON, of which a server of another version may leave out some, or send more. */
type Received<T extends EditEventDto> = Partial<Omit<T, 'type'>>;
type EventData = Received<CompletedEventDto> & Received<ProgressEventDto> & Received<QueuedEventDto>;

/**
 * What an event of a streamed edit tells; null for one that isn't known.
 * @throws CliError for the event that says that the edit has failed
 */
export function toUpdate({ name, data }: ServerEvent): EditUpdate | null {
  const event = (parseJson(data) ?? {}) as EventData;
  switch (name as EditEventDto['type']) {
    case 'image_edit.queued':
      return { type: 'queued', position: event.position ?? 1 };
    case 'image_edit.started':
      return { type: 'started' };
    case 'image_edit.progress': {
      const { step = 0, steps = 0, image = 1, images = 1, eta_seconds: etaSeconds = null } = event;
      return { type: 'progress', step, steps, image, images, etaSeconds };
    }
    case 'image_edit.completed': {
      const { b64_json: base64, seed, size, usage, warnings = [] } = event;
      if (base64 === undefined || seed === undefined || size === undefined || usage === undefined) {
        throw unexpected('The server sent a result without its picture');
      }
      return { type: 'result', result: { bytes: Buffer.from(base64, 'base64'), seed, size, usage }, warnings };
    }
    case 'error':
      throw envelopeFault(event) ?? unexpected('The server says that the edit has failed, but not why');
    default:
      return null;
  }
}

/** What users of the served model should know, from the list of models; null where there is nothing, or no such list. */
export async function answeredNotice(response: Response): Promise<string | null> {
  const models = parseJson(await response.text()) as Partial<ModelListDto> | null;
  const notice: unknown = models?.data?.[0]?.notice?.en;
  return typeof notice === 'string' ? notice : null;
}

/** Why the server refused a request. */
export async function answeredFault(response: Response): Promise<CliError> {
  const body = parseJson(await response.text().catch(() => ''));
  return (
    envelopeFault(body) ??
    unexpected(`The server answered ${`${response.status} ${response.statusText}`.trim()}: is it this service?`)
  );
}

/** What came is nothing that this service says. */
export function unexpected(message: string): CliError {
  return new CliError(message, 1, { code: 'UNEXPECTED_ANSWER', isForAll: true });
}

/** The error in the service's envelope; null for anything else. */
function envelopeFault(body: unknown): CliError | null {
  const error = (body as { readonly error?: Readonly<Partial<Record<keyof OpenAiErrorDto, unknown>>> } | null)?.error;
  if (typeof error?.code !== 'string' || typeof error.message !== 'string') return null;
  return apiError(error.code, error.message, typeof error.param === 'string' ? error.param : null);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
