import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { ErrorDto } from '../../../http/errors/error.dto.js';
import { InputTokensDetailsDto } from './edit.dto.js';
import { JobProgressDto } from './job.dto.js';

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
  readonly quality!: string;

  @ApiProperty({ enum: ['opaque'] })
  readonly background!: string;

  @ApiProperty({ enum: ['png', 'jpeg', 'webp', 'pt'] })
  readonly output_format!: string;
}

/** With partial_images: a result as the model sees it on its way. */
export class PartialImageEventDto extends PictureEventDto {
  @ApiProperty({ enum: ['image_edit.partial_image'] })
  readonly type!: string;

  @ApiProperty({ type: 'integer', description: 'Which preview of its picture, from 0' })
  readonly partial_image_index!: number;
}

class PictureUsageDto {
  @ApiProperty({ type: 'integer' })
  readonly input_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly output_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly total_tokens!: number;

  @ApiProperty({ type: InputTokensDetailsDto })
  readonly input_tokens_details!: InputTokensDetailsDto;
}

/** A result; one event for each. */
export class CompletedEventDto extends PictureEventDto {
  @ApiProperty({ enum: ['image_edit.completed'] })
  readonly type!: string;

  @ApiProperty({ type: 'integer' })
  readonly seed!: number;

  @ApiProperty({ type: 'integer' })
  readonly input_index!: number;

  @ApiProperty({ type: PictureUsageDto, description: 'Of this picture alone' })
  readonly usage!: PictureUsageDto;

  @ApiProperty({ type: [String] })
  readonly warnings!: string[];
}

/** With progress=true: after every step. */
export class ProgressEventDto extends JobProgressDto {
  @ApiProperty({ enum: ['image_edit.progress'] })
  readonly type!: string;
}

/** With progress=true: whenever the place in the queue changes. */
export class QueuedEventDto {
  @ApiProperty({ enum: ['image_edit.queued'] })
  readonly type!: string;

  @ApiProperty({ type: 'integer', description: '1 is next' })
  readonly position!: number;
}

class ErrorTypeDto {
  @ApiProperty({ enum: ['error'] })
  readonly type!: string;
}

/** The last event of an edit that has failed. */
export class ErrorEventDto extends IntersectionType(ErrorTypeDto, ErrorDto) {}
