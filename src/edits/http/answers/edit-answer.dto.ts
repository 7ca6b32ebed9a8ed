import { ApiProperty } from '@nestjs/swagger';
import { RESULT_FORMATS, type ResultFormat } from '../../result-format.js';
import { PictureUsageDto, UsedLoraDto } from '../../usage.dto.js';

class EditDataDto {
  @ApiProperty({ description: 'The result file, in base64' })
  readonly b64_json!: string;

  @ApiProperty({ type: 'integer', description: 'The seed that gives this picture again with n=1' })
  readonly seed!: number;

  @ApiProperty({ type: 'integer', description: 'Which input it was made from' })
  readonly input_index!: number;
}

class EditUsageDto extends PictureUsageDto {
  @ApiProperty({ description: 'Model time; waiting is not part of it, see the Server-Timing header' })
  readonly processing_time_seconds!: number;

  @ApiProperty({ type: 'integer' })
  readonly input_images!: number;

  @ApiProperty({ type: 'integer' })
  readonly generated_images!: number;
}

/** The answer to an edit. */
export class EditAnswerDto {
  @ApiProperty({ type: 'integer', description: 'Seconds since 1970' })
  readonly created!: number;

  @ApiProperty({ type: [EditDataDto], description: 'Input by input, variant by variant' })
  readonly data!: readonly EditDataDto[];

  @ApiProperty({ type: EditUsageDto })
  readonly usage!: EditUsageDto;

  @ApiProperty({ enum: RESULT_FORMATS })
  readonly output_format!: ResultFormat;

  @ApiProperty({ example: '1024x1024', description: "The results' size; auto where they differ" })
  readonly size!: string;

  @ApiProperty({ type: [UsedLoraDto], description: 'The LoRAs that were used, with the scales that they had' })
  readonly loras!: readonly UsedLoraDto[];

  @ApiProperty({
    type: [String],
    description: 'What was asked for and had no effect, and what there is to know of the results',
  })
  readonly warnings!: readonly string[];
}
