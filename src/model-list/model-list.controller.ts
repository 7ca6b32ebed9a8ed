import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiError } from '../http/errors/api-error.js';
import { ApiErrors } from '../http/errors/api-errors.decorator.js';
import { ServedModel } from '../inference/served-model.js';
import type { LoraInfo } from '../protocol/lora.js';
import type { ModelInfo } from '../protocol/model-info.js';
import { loraOfModel } from '../edits/fields/lora/chosen-loras.js';
import { servedLoras } from '../edits/fields/lora/lora-faults.js';
import { isNameOf } from '../edits/fields/model-name.js';
import { modelDefaults, modelSizes } from '../edits/model-defaults.js';
import { ModelDto, ModelListDto } from './model-list.dto.js';

const NO_OWNER = 'local';

/** What is the same of a checkpoint and its LoRAs. */
type Common = Pick<ModelDto, 'id' | 'object' | 'created' | 'max_references' | 'sizes'>;

@ApiTags('models')
@Controller('v1/models')
export class ModelListController {
  private readonly startedAt = Math.floor(Date.now() / 1000);

  constructor(private readonly model: ServedModel) {}

  @Get()
  @ApiOperation({
    operationId: 'listModels',
    summary: 'The served models, each followed by its LoRAs; the first is that of requests that name none',
  })
  @ApiOkResponse({ type: ModelListDto })
  @ApiErrors('UNAUTHORIZED', 'MODEL_NOT_READY')
  list(): ModelListDto {
    const data = this.model
      .models()
      .flatMap((served) => [this.checkpoint(served), ...served.loras.map((lora) => this.lora(lora, served))]);
    return { object: 'list', data };
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
    const models = this.model.models();
    const name = segments.join('/');
    const named = models.find(({ id }) => isNameOf(id, name));
    if (named !== undefined) return this.checkpoint(named);
    for (const served of models) {
      const lora = loraOfModel(name, served);
      if (lora !== null) return this.lora(lora, served);
    }
    const list = models.map((served) => {
      const loras = served.loras.length === 0 ? '' : `; of LoRAs ${servedLoras(served)}`;
      return `'${served.id}' is ${models.length > 1 ? 'a' : 'the'} served one${loras}`;
    });
    throw new ApiError('NOT_FOUND', `There is no model '${name}' here: ${list.join('; ')}`);
  }

  private checkpoint(served: ModelInfo): ModelDto {
    const { id, suggestions, notice } = served;
    return {
      ...this.common(id, served),
      owned_by: ownerOf(id),
      parent: null,
      description: null,
      default_scale: null,
      refused: null,
      defaults: modelDefaults(served),
      suggestions,
      notice,
    };
  }

  /** As a model of its own: what an edit that names it as its `model` takes. */
  private lora({ name, description, defaultScale, refused }: LoraInfo, served: ModelInfo): ModelDto {
    return {
      ...this.common(name, served),
      owned_by: NO_OWNER,
      parent: served.id,
      description,
      default_scale: defaultScale,
      refused,
      defaults: modelDefaults(served, [{ name }]),
      suggestions: [],
      notice: null,
    };
  }

  private common(id: string, served: ModelInfo): Common {
    return {
      id,
      object: 'model',
      created: this.startedAt,
      max_references: served.maxReferences,
      sizes: modelSizes(served),
    };
  }
}

/** The organisation of a hub's ORG/NAME; a folder of the operator's own has none. */
function ownerOf(id: string): string {
  const [owner, name] = id.split('/');
  return owner !== undefined && name !== undefined ? owner : NO_OWNER;
}
