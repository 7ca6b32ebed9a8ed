import { ApiProperty } from '@nestjs/swagger';
import type { LocalText } from '../protocol/model-info.js';
import { ModelDefaultsDto } from '../edits/model-defaults.dto.js';

/** The same in two languages. */
class LocalTextDto implements LocalText {
  @ApiProperty({ description: 'English' })
  readonly en!: string;

  @ApiProperty({ description: 'Chinese, or English where the checkpoint has no Chinese' })
  readonly zh!: string;
}

/** Instructions with something in common. */
class SuggestionGroupDto {
  @ApiProperty({ type: LocalTextDto, nullable: true, description: 'What they have in common; null: nothing is said' })
  readonly kind!: LocalTextDto | null;

  @ApiProperty({ type: [String] })
  readonly prompts!: readonly string[];
}

/** An edit that shows what the model does. */
class ModelExampleDto {
  @ApiProperty({ type: LocalTextDto })
  readonly prompt!: LocalTextDto;

  @ApiProperty({
    example: '/v1/examples/6a09e667f3bcc908-photo.jpg',
    description: 'Path of the picture before the edit',
  })
  readonly before!: string;

  @ApiProperty({ example: '/v1/examples/bb67ae8584caa73b-sepia.webp', description: 'Path of the picture after it' })
  readonly after!: string;
}

/** A checkpoint, or a LoRA for one, which has a parent. */
export class ModelDto {
  @ApiProperty({ description: 'What the field `model` of an edit may name; of a LoRA the field `lora`, too' })
  readonly id!: string;

  @ApiProperty({ enum: ['model'] })
  readonly object!: 'model';

  @ApiProperty({ description: 'When the service started, in seconds since 1970' })
  readonly created!: number;

  @ApiProperty()
  readonly owned_by!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "Not OpenAI's: of a LoRA the id of the model that it is for; null of that model itself",
  })
  readonly parent!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "Not OpenAI's: what a LoRA is for; null where nobody says",
  })
  readonly description!: string | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: "Not OpenAI's: of a LoRA the scale of an edit that gives none; else null",
  })
  readonly default_scale!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "Not OpenAI's: why a LoRA that is there can't be used; null where it can",
  })
  readonly refused!: string | null;

  @ApiProperty({
    type: ModelDefaultsDto,
    description:
      "Not OpenAI's: the checkpoint's own defaults of an edit's fields; of a LoRA, of an edit that uses it alone",
  })
  readonly defaults!: ModelDefaultsDto;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: "Not OpenAI's: the most pictures that one edit takes as its references (the field `image`)",
  })
  readonly max_references!: number;

  @ApiProperty({
    type: [String],
    example: ['1024x1024', '1184x880'],
    description: "Not OpenAI's: sizes in common proportions that the model makes well, at its native area",
  })
  readonly sizes!: readonly string[];

  @ApiProperty({ type: [String], description: "Not OpenAI's: instructions that the model does well; mostly none" })
  readonly suggestions!: readonly string[];

  @ApiProperty({
    type: [SuggestionGroupDto],
    description: "Not OpenAI's: the suggestions by their kinds",
  })
  readonly suggestion_groups!: readonly SuggestionGroupDto[];

  @ApiProperty({
    type: [ModelExampleDto],
    description: "Not OpenAI's: edits that show what the model does; mostly none",
  })
  readonly examples!: readonly ModelExampleDto[];

  @ApiProperty({
    type: LocalTextDto,
    nullable: true,
    description: "Not OpenAI's: what the checkpoint's users should know before they use it; mostly null",
  })
  readonly notice!: LocalTextDto | null;
}

export class ModelListDto {
  @ApiProperty({ enum: ['list'] })
  readonly object!: 'list';

  @ApiProperty({ type: [ModelDto] })
  readonly data!: ModelDto[];
}
