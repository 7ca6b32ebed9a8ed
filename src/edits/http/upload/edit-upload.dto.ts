import { ApiPropertyOptional } from '@nestjs/swagger';
import { EditFields } from '../../fields/edit-fields.dto.js';
import { MASK_DESCRIPTION } from './mask-description.js';

/** The whole form as OpenAPI documents it: the text fields and the pictures. */
export class EditUploadDto extends EditFields {
  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', format: 'binary' },
    description:
      'Pictures (`images[]` and `images[0]` too), each an input of its own. PNG, JPEG, WebP, AVIF, GIF (first frame) or TIFF',
  })
  readonly images?: unknown[];

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'string', format: 'binary' },
    description:
      "OpenAI's form (`image[]` and `image[0]` too): all pictures together are one edit. Never mixed with `images`",
  })
  readonly image?: unknown[];

  @ApiPropertyOptional({ type: 'string', format: 'binary', description: MASK_DESCRIPTION })
  readonly mask?: unknown;
}
