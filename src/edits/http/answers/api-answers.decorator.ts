import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { OUTPUT_FORMATS } from '../../../images/encode.js';
import { EditAnswerDto } from './edit-answer.dto.js';
import {
  CompletedEventDto,
  ErrorEventDto,
  EVENT_NAMES,
  PartialImageEventDto,
  ProgressEventDto,
  QueuedEventDto,
  StartedEventDto,
} from './edit-event.dto.js';
import { JobDto } from './job-answer.dto.js';

const EVENTS = [
  PartialImageEventDto,
  CompletedEventDto,
  ProgressEventDto,
  QueuedEventDto,
  StartedEventDto,
  ErrorEventDto,
];

/** One server-sent event: in OpenAPI's terms its three lines, the last of which holds JSON, whose type is the event's name. */
const EVENT_STREAM = {
  schema: {
    type: 'object',
    required: ['id', 'event', 'data'],
    properties: {
      id: { type: 'string', pattern: '^[0-9]+$', description: 'For Last-Event-ID' },
      event: { type: 'string', enum: Object.values(EVENT_NAMES) },
      data: {
        type: 'string',
        contentMediaType: 'application/json',
        contentSchema: { oneOf: EVENTS.map((event) => ({ $ref: getSchemaPath(event) })) },
      },
    },
  },
};

const PICTURE = { schema: { type: 'string', format: 'binary' } };

/** An answer of server-sent events. */
export function ApiEventStream(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(...EVENTS),
    ApiResponse({
      status: 200,
      description: 'Server-sent events, one JSON object each',
      content: { 'text/event-stream': EVENT_STREAM },
    }),
  );
}

/** The forms in which a successful edit is answered. */
export function ApiEditAnswers(): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(EditAnswerDto, ...EVENTS),
    ApiResponse({
      status: 200,
      description:
        'The results; with stream=true, events. With an Accept header that names image/png, image/jpeg or image/webp and no ' +
        'wildcard, the only result itself',
      headers: {
        'Preference-Applied': { description: 'With Prefer: respond-async, wait=SECONDS', schema: { type: 'string' } },
        'Server-Timing': {
          description: 'Waiting and model time by stage, in milliseconds',
          schema: { type: 'string' },
        },
        'X-Seed': {
          description: 'Of a picture: the seed that gives it again',
          schema: { type: 'string', pattern: '^[0-9]+$' },
        },
        'X-Loras': {
          description:
            'Of a picture: the LoRAs that were used, as a JSON array in ASCII of objects with name and scale; absent where there is none',
          schema: { type: 'string' },
        },
        'X-Warnings': {
          description:
            'Of a picture: the warnings that JSON would hold, as a JSON array in ASCII; absent where there is none',
          schema: { type: 'string' },
        },
      },
      content: {
        'application/json': { schema: { $ref: getSchemaPath(EditAnswerDto) } },
        'text/event-stream': EVENT_STREAM,
        ...Object.fromEntries(OUTPUT_FORMATS.map((format) => [`image/${format}`, PICTURE])),
      },
    }),
    ApiResponse({
      status: 202,
      description: 'With Prefer: respond-async: the job',
      type: JobDto,
      headers: {
        Location: { description: "The job's address", schema: { type: 'string' } },
        'Preference-Applied': { schema: { type: 'string', pattern: '^respond-async(, wait=[0-9]+)?$' } },
      },
    }),
  );
}
