import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../http/errors/api-errors.decorator.js';
import { ServedModel } from '../inference/served-model.js';
import { modelDefaults, modelSizes } from '../edits/model-defaults.js';
import { ModelListDto } from './model-list.dto.js';

@ApiTags('models')
@Controller('v1/models')
export class ModelListController {
  private readonly startedAt = Math.floor(Date.now() / 1000);

  constructor(private readonly model: ServedModel) {}

  @Get()
  @ApiOperation({ summary: 'The served model' })
  @ApiOkResponse({ type: ModelListDto })
  @ApiErrors('UNAUTHORIZED', 'MODEL_NOT_READY')
  list(): ModelListDto {
    const served = this.model.ready();
    const { id, suggestions } = served;
    const defaults = modelDefaults(served);
    const model = {
      id,
      object: 'model',
      created: this.startedAt,
      owned_by: ownerOf(id),
      defaults,
      sizes: modelSizes(served),
      suggestions,
    } as const;
    return { object: 'list', data: [model] };
  }
}

/** The organisation of a hub's ORG/NAME; a folder of the operator's own has none. */
function ownerOf(id: string): string {
  const [owner, name] = id.split('/');
  return owner !== undefined && name !== undefined ? owner : 'local';
}
