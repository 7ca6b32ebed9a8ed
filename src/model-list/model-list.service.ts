import { Injectable } from '@nestjs/common';
import { loraOfModel } from '../edits/fields/lora/lora-of-model.js';
import { isNameOf } from '../edits/fields/model-name.js';
import { modelDefaults, modelSizes } from '../edits/model-defaults.js';
import { ServedModel } from '../inference/served-model.js';
import type { LoraInfo } from '../protocol/lora.js';
import type { ModelInfo } from '../protocol/model-info.js';
import { examplePath } from './example-path.js';
import type { ModelDto } from './model-list.dto.js';

const NO_OWNER = 'local';

/** What is the same of a checkpoint and its LoRAs. */
type Common = Pick<ModelDto, 'id' | 'object' | 'created' | 'max_references' | 'sizes'>;

/** What is served, and what can be known of it before an edit. */
@Injectable()
export class ModelList {
  private readonly startedAt = Math.floor(Date.now() / 1000);

  constructor(private readonly model: ServedModel) {}

  /**
   * The served models, each followed by its LoRAs; the first is that of edits that name none.
   * @throws EditError unavailable
   */
  all(): ModelDto[] {
    return this.model
      .models()
      .flatMap((served) => [this.checkpoint(served), ...served.loras.map((lora) => this.lora(lora, served))]);
  }

  /**
   * A served model by one of its names, or a LoRA by its own; null when there is none.
   * @throws EditError unavailable
   */
  find(name: string): ModelDto | null {
    const models = this.model.models();
    const named = models.find(({ id }) => isNameOf(id, name));
    if (named !== undefined) return this.checkpoint(named);
    for (const served of models) {
      const lora = loraOfModel(name, served);
      if (lora !== null) return this.lora(lora, served);
    }
    return null;
  }

  private checkpoint(served: ModelInfo): ModelDto {
    const { id, suggestions, examples, notice } = served;
    return {
      ...this.common(id, served),
      owned_by: ownerOf(id),
      parent: null,
      description: null,
      default_scale: null,
      refused: null,
      defaults: modelDefaults(served),
      suggestions: suggestions.flatMap(({ prompts }) => prompts),
      suggestion_groups: suggestions,
      examples: examples.map(({ prompt, before, after }) => ({
        prompt,
        before: examplePath(before),
        after: examplePath(after),
      })),
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
      suggestion_groups: [],
      examples: [],
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
