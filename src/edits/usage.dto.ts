import { ApiProperty } from '@nestjs/swagger';
import type { LoraChoice } from '../protocol/lora.js';

export class InputTokensDetailsDto {
  @ApiProperty({ type: 'integer' })
  readonly text_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly image_tokens!: number;
}

/** A LoRA that was used. */
export class UsedLoraDto implements LoraChoice {
  @ApiProperty({ example: 'style' })
  readonly name!: string;

  @ApiProperty({ example: 0.8, description: 'How strongly it acted' })
  readonly scale!: number;
}

/** Token counts in OpenAI's form, and what else was used. */
export class PictureUsageDto {
  @ApiProperty({ type: 'integer' })
  readonly input_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly output_tokens!: number;

  @ApiProperty({ type: 'integer' })
  readonly total_tokens!: number;

  @ApiProperty({ type: InputTokensDetailsDto })
  readonly input_tokens_details!: InputTokensDetailsDto;

  @ApiProperty({ type: [UsedLoraDto], description: "Not OpenAI's: the LoRAs that were used; mostly none" })
  readonly loras!: readonly UsedLoraDto[];
}
