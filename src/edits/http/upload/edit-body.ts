import { getSchemaPath } from '@nestjs/swagger';
import { EditJsonDto } from './edit-json.dto.js';
import { EditUploadDto } from './edit-upload.dto.js';

/** A picture of 2×2 pixels: an example that is served as it is. */
const EXAMPLE_PICTURE =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAFklEQVQImWM4IScnd0KOQU7uxJ07dwAfngWhBfOeggAAAABJRU5ErkJggg==';

/** The schemas that EDIT_BODY names. */
export const EDIT_BODY_MODELS = [EditUploadDto, EditJsonDto] as const;

/** The body of an edit's request as OpenAPI documents it: a form in one of two media types. */
export const EDIT_BODY = {
  required: true,
  content: {
    'multipart/form-data': { schema: { $ref: getSchemaPath(EditUploadDto) } },
    'application/json': {
      schema: { $ref: getSchemaPath(EditJsonDto) },
      examples: {
        'one picture': {
          summary: 'A picture in the request',
          value: { prompt: 'Turn this photo black and white', images: [{ image_url: EXAMPLE_PICTURE }] },
        },
        'a URL': {
          summary: 'A picture that the service fetches, where IMAGE_URL_HOSTS allows its host',
          value: {
            prompt: 'Turn this photo black and white',
            images: [{ image_url: 'https://images.example.com/cat.jpg' }],
            output_format: 'jpeg',
            seed: 42,
          },
        },
      },
    },
  },
};
