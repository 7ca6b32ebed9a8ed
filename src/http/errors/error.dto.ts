import { ApiProperty } from '@nestjs/swagger';
import { ERROR_TABLE, type ErrorCode } from './error-table.js';

const CODES = Object.keys(ERROR_TABLE);

class ErrorDetailDto {
  @ApiProperty({ enum: CODES })
  readonly error!: ErrorCode;

  @ApiProperty()
  readonly message!: string;
}

export class OpenAiErrorDto {
  @ApiProperty()
  readonly message!: string;

  @ApiProperty({ enum: [...new Set(Object.values(ERROR_TABLE).map(({ type }) => type))] })
  readonly type!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The form field at fault' })
  readonly param!: string | null;

  @ApiProperty({ enum: CODES })
  readonly code!: ErrorCode;
}

/** The error envelope: `detail` for the service's own clients, `error` for OpenAI's SDKs. */
export class ErrorDto {
  @ApiProperty({ type: ErrorDetailDto })
  readonly detail!: ErrorDetailDto;

  @ApiProperty({ type: OpenAiErrorDto, description: "The same as OpenAI's SDKs read it" })
  readonly error!: OpenAiErrorDto;
}
