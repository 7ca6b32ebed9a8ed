import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath, OmitType } from '@nestjs/swagger';
import { EditFields, LORA_DESCRIPTION } from '../../fields/edit-fields.dto.js';
import { MAX_LORA_SCALE, MAX_LORAS } from '../../fields/lora/named-loras.js';
import { MASK_DESCRIPTION } from './mask-description.js';

class ImageReferenceDto {
  @ApiProperty({
    description:
      "A data URL, or an http(s) URL whose host is in the service's IMAGE_URL_HOSTS (unset: none). PNG, JPEG, WebP, AVIF, GIF (first frame) or TIFF",
    example: 'data:image/png;base64,iVBORw0KGgo…',
  })
  readonly image_url!: string;
}

class EditLoraDto {
  @ApiProperty({ description: 'One of GET /v1/models' })
  readonly name!: string;

  @ApiPropertyOptional({
    type: Number,
    minimum: -MAX_LORA_SCALE,
    maximum: MAX_LORA_SCALE,
    description: "How strongly it acts; absent: the LoRA's own default, mostly 1",
  })
  readonly scale?: number;
}

const ONE_LORA = [{ type: 'string' }, { $ref: getSchemaPath(EditLoraDto) }];

class MaskReferenceDto {
  @ApiProperty({
    description: "A data URL of a PNG, or an http(s) URL whose host is in the service's IMAGE_URL_HOSTS (unset: none)",
    example: 'data:image/png;base64,iVBORw0KGgo…',
  })
  readonly image_url!: string;
}

/** The same form in JSON. */
@ApiExtraModels(EditLoraDto)
export class EditJsonDto extends OmitType(EditFields, ['lora']) {
  @ApiProperty({
    type: [ImageReferenceDto],
    minItems: 1,
    description:
      "OpenAI's: all pictures together are one edit, its references in order, as multipart's `image` (not its `images`)",
  })
  readonly images!: readonly ImageReferenceDto[];

  @ApiPropertyOptional({
    oneOf: [...ONE_LORA, { type: 'array', maxItems: MAX_LORAS, items: { oneOf: ONE_LORA } }],
    description: LORA_DESCRIPTION,
  })
  readonly lora?: unknown;
  @ApiPropertyOptional({ type: MaskReferenceDto, description: MASK_DESCRIPTION })
  readonly mask?: MaskReferenceDto;
}
