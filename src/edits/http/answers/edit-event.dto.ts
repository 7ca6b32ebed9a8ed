import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { ErrorDto } from '../../../http/errors/error.dto.js';
import { PictureUsageDto, UsedLoraDto } from '../../usage.dto.js';
import { RESULT_FORMATS, type ResultFormat } from '../../result-format.js';
import { JobProgressDto } from './job-answer.dto.js';

/** The events' names, which their JSON carries as `type` too. */
export const EVENT_NAMES = {
  partialImage: 'image_edit.partial_image',
  completed: 'image_edit.completed',
  progress: 'image_edit.progress',
  queued: 'image_edit.queued',
  started: 'image_edit.started',
  error: 'error',
} as const;

class PictureEventDto {
  @ApiProperty({ description: 'The file, in base64' })
  readonly b64_json!: string;

  @ApiProperty({ type: 'integer', description: 'Which picture of the edit, from 1' })
  readonly image!: number;

  @ApiProperty({ type: 'integer', description: 'Seconds since 1970' })
  readonly created_at!: number;

  @ApiProperty({ example: '1024x1024' })
  readonly size!: string;

  @ApiProperty({ enum: ['auto'] })
  readonly quality!: 'auto';

  @ApiProperty({ enum: ['opaque'] })
  readonly background!: 'opaque';

  @ApiProperty({ enum: RESULT_FORMATS })
  readonly output_format!: ResultFormat;
}

/** With partial_images: a result as the model sees it on its way. */
export class PartialImageEventDto extends PictureEventDto {
  @ApiProperty({ enum: [EVENT_NAMES.partialImage] })
  readonly type!: typeof EVENT_NAMES.partialImage;

  @ApiProperty({ type: 'integer', description: 'Which preview of its picture, from 0' })
  readonly partial_image_index!: number;
}

/** A result; one event for each. */
export class CompletedEventDto extends PictureEventDto {
  @ApiProperty({ enum: [EVENT_NAMES.completed] })
  readonly type!: typeof EVENT_NAMES.completed;

  @ApiProperty({ type: 'integer' })
  readonly seed!: number;

  @ApiProperty({ type: 'integer' })
  readonly input_index!: number;

  @ApiProperty({ type: PictureUsageDto, description: 'Of this picture alone' })
  readonly usage!: PictureUsageDto;

  @ApiProperty({ type: [UsedLoraDto], description: 'The LoRAs that were used, with the scales that they had' })
  readonly loras!: readonly UsedLoraDto[];

  @ApiProperty({
    type: [String],
    description: 'What was asked for and had no effect, and what there is to know of this picture',
  })
  readonly warnings!: readonly string[];
}

/** With progress=true: after every step; of services that share their jobs at most five a second, the last step always. */
export class ProgressEventDto extends JobProgressDto {
  @ApiProperty({ enum: [EVENT_NAMES.progress] })
  readonly type!: typeof EVENT_NAMES.progress;
}

/** With progress=true: whenever the place in the queue changes. */
export class QueuedEventDto {
  @ApiProperty({ enum: [EVENT_NAMES.queued] })
  readonly type!: typeof EVENT_NAMES.queued;

  @ApiProperty({ type: 'integer', description: '1 is next' })
  readonly position!: number;
}

/** With progress=true: once, when the first picture has reached an engine; the first step is still to come. */
export class StartedEventDto {
  @ApiProperty({ enum: [EVENT_NAMES.started] })
  readonly type!: typeof EVENT_NAMES.started;

  @ApiProperty({ description: 'Seconds since 1970' })
  readonly started_at!: number;
}

class ErrorTypeDto {
  @ApiProperty({ enum: [EVENT_NAMES.error] })
  readonly type!: typeof EVENT_NAMES.error;
}

/** The last event of an edit that has failed. */
export class ErrorEventDto extends IntersectionType(ErrorTypeDto, ErrorDto) {}

/** The JSON of any event. */
export type EditEventDto =
  PartialImageEventDto | CompletedEventDto | ProgressEventDto | QueuedEventDto | StartedEventDto | ErrorEventDto;
