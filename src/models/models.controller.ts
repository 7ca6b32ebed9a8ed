import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../errors/api-errors.decorator.js';
import { modelNotReady } from '../errors/api-error.js';
import { EngineSupervisor } from '../inference/engine-supervisor.service.js';
import { modelDefaults } from './model-defaults.js';
import { ModelListDto } from './models.dto.js';

@ApiTags('models')
@Controller('v1/models')
export class ModelsController {
  private readonly startedAt = Math.floor(Date.now() / 1000);

  constructor(private readonly engine: EngineSupervisor) {}

  @Get()
  @ApiOperation({ summary: 'The served model' })
  @ApiOkResponse({ type: ModelListDto })
  @ApiErrors('UNAUTHORIZED', 'MODEL_NOT_READY')
  list(): ModelListDto {
    const { state } = this.engine;
    if (state.status !== 'ready') throw modelNotReady(state.retryAfterSeconds);
    const { id, suggestions } = state.model;
    const defaults = modelDefaults(state.model);
    const model = { id, object: 'model', created: this.startedAt, owned_by: ownerOf(id), defaults, suggestions } as const;
    return { object: 'list', data: [model] };
  }
}

/** The organisation of a hub's ORG/NAME; a folder of the operator's own has none. */
function ownerOf(id: string): string {
  const [owner, name] = id.split('/');
  return owner !== undefined && name !== undefined ? owner : 'local';
}
