import { ApiProperty } from '@nestjs/swagger';
import { OpenAiErrorDto } from '../../../http/errors/error.dto.js';
import { JOB_STATUSES, type JobStatus } from '../../../jobs/job-snapshot.js';
import { EditAnswerDto } from './edit-answer.dto.js';

export class JobProgressDto {
  @ApiProperty({ type: 'integer', description: 'Steps of the current picture that are done' })
  readonly step!: number;

  @ApiProperty({ type: 'integer' })
  readonly steps!: number;

  @ApiProperty({ type: 'integer', description: 'Which picture, from 1' })
  readonly image!: number;

  @ApiProperty({ type: 'integer' })
  readonly images!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Until the job is done, from the measured speed' })
  readonly eta_seconds!: number | null;
}

/** A job. */
export class JobDto {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ enum: JOB_STATUSES })
  readonly status!: JobStatus;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Place among those that wait, from 1' })
  readonly position!: number | null;

  @ApiProperty({ type: JobProgressDto, nullable: true })
  readonly progress!: JobProgressDto | null;

  @ApiProperty({ description: 'Seconds since 1970' })
  readonly created_at!: number;

  @ApiProperty({ type: Number, nullable: true })
  readonly started_at!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  readonly finished_at!: number | null;

  @ApiProperty({ type: OpenAiErrorDto, nullable: true, description: 'Why it failed' })
  readonly error!: OpenAiErrorDto | null;

  @ApiProperty({ type: EditAnswerDto, nullable: true, description: 'The answer, once it has succeeded' })
  readonly result!: EditAnswerDto | null;
}
