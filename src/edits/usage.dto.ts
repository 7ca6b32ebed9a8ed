import { ApiProperty } from '@nestjs/swagger';

export class InputTokensDetailsDto {
  @ApiProperty({ type: 'integer' })
  readonly text_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly image_tokens!: number;
}

/** Token counts in OpenAI's form. */
export class PictureUsageDto {
  @ApiProperty({ type: 'integer' })
  readonly input_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly output_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly total_tokens!: number;

  @ApiProperty({ type: InputTokensDetailsDto })
  readonly input_tokens_details!: InputTokensDetailsDto;
}
