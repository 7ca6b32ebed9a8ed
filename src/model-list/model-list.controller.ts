import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiError } from '../http/errors/api-error.js';
import { ApiErrors } from '../http/errors/api-errors.decorator.js';
import { ServedModel } from '../inference/served-model.js';
import { isNameOf } from '../edits/fields/model-name.js';
import { modelDefaults, modelSizes } from '../edits/model-defaults.js';
import { ModelDto, ModelListDto } from './model-list.dto.js';

@ApiTags('models')
@Controller('v1/models')
export class ModelListController {
  private readonly startedAt = Math.floor(Date.now() / 1000);

  constructor(private readonly model: ServedModel) {}

  @Get()
  @ApiOperation({ operationId: 'listModels', summary: 'The served model' })
  @ApiOkResponse({ type: ModelListDto })
  @ApiErrors('UNAUTHORIZED', 'MODEL_NOT_READY')
  list(): ModelListDto {
    return { object: 'list', data: [this.served()] };
  }

  @Get('*id')
  @ApiOperation({
    operationId: 'retrieveModel',
    summary: 'A served model by its id, also by that behind an organisation: ORG/NAME',
  })
  @ApiParam({ name: 'id', type: String, description: 'With its slash as it is or as %2F' })
  @ApiOkResponse({ type: ModelDto })
  @ApiErrors('INVALID_INPUT', 'UNAUTHORIZED', 'NOT_FOUND', 'MODEL_NOT_READY')
  retrieve(@Param('id') segments: readonly string[]): ModelDto {
    const served = this.served();
    const name = segments.join('/');
    if (isNameOf(served.id, name)) return served;
    throw new ApiError('NOT_FOUND', `There is no model '${name}' here: '${served.id}' is the served one`);
  }

  private served(): ModelDto {
    const served = this.model.ready();
    const { id, maxReferences, suggestions, notice } = served;
    const defaults = modelDefaults(served);
    return {
      id,
      object: 'model',
      created: this.startedAt,
      owned_by: ownerOf(id),
      defaults,
      max_references: maxReferences,
      sizes: modelSizes(served),
      suggestions,
      notice,
    };
  }
}

/** The organisation of a hub's ORG/NAME; a folder of the operator's own has none. */
function ownerOf(id: string): string {
  const [owner, name] = id.split('/');
  return owner !== undefined && name !== undefined ? owner : 'local';
}
