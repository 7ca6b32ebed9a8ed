import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EditFields } from '../../fields/edit-fields.dto.js';

/** The whole form as OpenAPI documents it: the text fields and the pictures. */
export class EditUploadDto extends EditFields {
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', format: 'binary' },
    description: 'Pictures, each an input of its own. PNG, JPEG, WebP, AVIF, GIF (first frame) or TIFF',
  })
  readonly images?: unknown[];

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', format: 'binary' },
    description: "OpenAI's form (`image[]` too): all pictures together are one edit. Never mixed with `images`",
  })
  readonly image?: unknown[];
}

class EditDataDto {
  @ApiProperty({ description: 'The result file, in base64' })
  readonly b64_json!: string;

  @ApiProperty({ type: 'integer', description: 'The seed that gives this picture again with n=1' })
  readonly seed!: number;

  @ApiProperty({ type: 'integer', description: 'Which input it was made from' })
  readonly input_index!: number;
}

export class InputTokensDetailsDto {
  @ApiProperty({ type: 'integer' })
  readonly text_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly image_tokens!: number;
}

class EditUsageDto {
  @ApiProperty({ description: 'Model time; waiting is not part of it, see the Server-Timing header' })
  readonly processing_time_seconds!: number;

  @ApiProperty({ type: 'integer' })
  readonly input_images!: number;

  @ApiProperty({ type: 'integer' })
  readonly generated_images!: number;

  @ApiProperty({ type: 'integer' })
  readonly input_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly output_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly total_tokens!: number;

  @ApiProperty({ type: InputTokensDetailsDto })
  readonly input_tokens_details!: InputTokensDetailsDto;
}

/** The answer to an edit. */
export class EditAnswerDto {
  @ApiProperty({ type: 'integer', description: 'Seconds since 1970' })
  readonly created!: number;

  @ApiProperty({ type: [EditDataDto], description: 'Input by input, variant by variant' })
  readonly data!: EditDataDto[];

  @ApiProperty({ type: EditUsageDto })
  readonly usage!: EditUsageDto;

  @ApiProperty({ enum: ['png', 'jpeg', 'webp', 'pt'] })
  readonly output_format!: string;

  @ApiProperty({ example: '1024x1024', description: "The results' size; auto where they differ" })
  readonly size!: string;

  @ApiProperty({ type: [String], description: 'What was asked for and had no effect' })
  readonly warnings!: string[];
}
