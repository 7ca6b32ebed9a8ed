import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { EditFields } from '../../fields/edit-fields.dto.js';
import { MASK_DESCRIPTION } from './mask-description.js';

class ImageReferenceDto {
  @ApiProperty({
    description:
      "A data URL, or an http(s) URL whose host is in the service's IMAGE_URL_HOSTS (unset: none). PNG, JPEG, WebP, AVIF, GIF (first frame) or TIFF",
    example: 'data:image/png;base64,iVBORw0KGgo…',
  })
  readonly image_url!: string;
}

class MaskReferenceDto {
  @ApiProperty({
    description: "A data URL of a PNG, or an http(s) URL whose host is in the service's IMAGE_URL_HOSTS (unset: none)",
    example: 'data:image/png;base64,iVBORw0KGgo…',
  })
  readonly image_url!: string;
}

/** The same form in JSON. */
export class EditJsonDto extends EditFields {
  @ApiProperty({
    type: [ImageReferenceDto],
    minItems: 1,
    description:
      "OpenAI's: all pictures together are one edit, its references in order, as multipart's `image` (not its `images`)",
  })
  readonly images!: readonly ImageReferenceDto[];

  @ApiPropertyOptional({ type: MaskReferenceDto, description: MASK_DESCRIPTION })
  readonly mask?: MaskReferenceDto;
}
