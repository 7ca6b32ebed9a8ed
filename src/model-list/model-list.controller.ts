import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { servedLoras } from '../edits/fields/lora/lora-faults.js';
import { ApiError } from '../http/errors/api-error.js';
import { ApiErrors } from '../http/errors/api-errors.decorator.js';
import { ServedModel } from '../inference/served-model.js';
import { ModelDto, ModelListDto } from './model-list.dto.js';
import { ModelList } from './model-list.service.js';

@ApiTags('models')
@Controller('v1/models')
export class ModelListController {
  constructor(
    private readonly models: ModelList,
    private readonly model: ServedModel,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listModels',
    summary: 'The served models, each followed by its LoRAs; the first is that of requests that name none',
  })
  @ApiOkResponse({ type: ModelListDto })
  @ApiErrors('UNAUTHORIZED', 'MODEL_NOT_READY')
  list(): ModelListDto {
    return { object: 'list', data: this.models.all() };
  }

  @Get('*id')
  @ApiOperation({
    operationId: 'retrieveModel',
    summary: 'A served model by its id, also by that behind an organisation (ORG/NAME), or a LoRA by its name',
  })
  @ApiParam({ name: 'id', type: String, description: 'With its slash as it is or as %2F' })
  @ApiOkResponse({ type: ModelDto })
  @ApiErrors('INVALID_INPUT', 'UNAUTHORIZED', 'NOT_FOUND', 'MODEL_NOT_READY')
  retrieve(@Param('id') segments: readonly string[]): ModelDto {
    const name = segments.join('/');
    const found = this.models.find(name);
    if (found !== null) return found;
    const models = this.model.models();
    const list = models.map((served) => {
      const loras = served.loras.length === 0 ? '' : `; of LoRAs ${servedLoras(served)}`;
      return `'${served.id}' is ${models.length > 1 ? 'a' : 'the'} served one${loras}`;
    });
    throw new ApiError('NOT_FOUND', `There is no model '${name}' here: ${list.join('; ')}`);
  }
}
