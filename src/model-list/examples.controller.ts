import { Controller, Get, Header, Param, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiError } from '../http/errors/api-error.js';
import { ApiErrors } from '../http/errors/api-errors.decorator.js';
import { ServedModel } from '../inference/served-model.js';
import { exampleName, EXAMPLES_PATH } from './example-path.js';

/** The pictures of the served model's examples. */
@ApiTags('models')
@Controller(EXAMPLES_PATH)
export class ExamplesController {
  constructor(private readonly model: ServedModel) {}

  @Get(':name')
  @Header('Cache-Control', 'private, max-age=31536000, immutable')
  @ApiOperation({ operationId: 'getExamplePicture', summary: 'A picture of one of the examples that a model has' })
  @ApiOkResponse({
    description: 'The file',
    content: {
      'image/png': { schema: { type: 'string', format: 'binary' } },
      'image/jpeg': { schema: { type: 'string', format: 'binary' } },
      'image/webp': { schema: { type: 'string', format: 'binary' } },
    },
  })
  @ApiErrors('INVALID_INPUT', 'UNAUTHORIZED', 'NOT_FOUND', 'MODEL_NOT_READY')
  picture(@Param('name') name: string): StreamableFile {
    const pictures = this.model
      .models()
      .flatMap(({ examples }) => examples.flatMap(({ before, after }) => [before, after]));
    const found = pictures.find((picture) => exampleName(picture) === name);
    if (found === undefined) throw new ApiError('NOT_FOUND', `There is no example picture '${name}' here`);
    const bytes = Buffer.from(found.base64, 'base64');
    return new StreamableFile(bytes, { type: found.mediaType, length: bytes.length });
  }
}
