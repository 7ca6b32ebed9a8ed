import { Injectable } from '@nestjs/common';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { openCheckpoint } from '../checkpoint/open-checkpoint.js';
import type { EditRequest, EngineCommand, EngineEvent, ModelInfo } from '../inference/protocol.js';
import { loadEditModel, type EditModel } from './edit-model.js';
import { MAX_REFERENCES } from './pipeline/check-request.js';
import { InvalidEditError } from './pipeline/invalid-edit-error.js';
import { PipelineService } from './pipeline/pipeline.service.js';

type Send = (event: EngineEvent) => void;

/** Carries out the parent's commands one after the other. */
@Injectable()
export class EngineService {
  private model: EditModel | undefined;
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly pipeline: PipelineService) {}

  /** Takes a command; what comes of it is told to `send`, in the order of the commands. */
  handle(command: EngineCommand, send: Send): void {
    this.work = this.work.then(() => (command.type === 'load' ? this.load(command, send) : this.edit(command, send)));
  }

  private async load(command: Extract<EngineCommand, { type: 'load' }>, send: Send): Promise<void> {
    try {
      if (command.deviceMap !== 'auto' && command.deviceMap !== 'cpu') {
        throw new CheckpointError(
          `DEVICE_MAP=${command.deviceMap} needs a GPU, which this build does not serve yet; use auto or cpu`,
        );
      }
      this.model = await loadEditModel(await openCheckpoint(command.modelDir));
      send({ type: 'ready', model: modelInfo(this.model) });
    } catch (error) {
      send({ type: 'load_failed', message: reason(error) });
    }
  }

  private async edit({ id, request }: { id: string; request: EditRequest }, send: Send): Promise<void> {
    try {
      if (this.model === undefined) throw new Error('no model is loaded');
      const { seconds, usage } = await this.pipeline.edit(this.model, request, {
        progress: (step, steps, picture, pictures) => send({ type: 'progress', id, step, steps, picture, pictures }),
        picture: (picture) => send({ type: 'picture', id, picture }),
      });
      send({ type: 'done', id, seconds, usage });
    } catch (error) {
      const [kind, param] =
        error instanceof InvalidEditError ? (['invalid', error.param] as const) : (['failed', null] as const);
      send({ type: 'edit_failed', id, kind, message: reason(error), param });
    }
  }
}

/** One line about an error, without stack or paths of the host. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split('\n')[0] ?? '';
  return error instanceof CheckpointError || error instanceof InvalidEditError
    ? line
    : line.replaceAll(/(?<![\w.])\/(?:[^\s/:'"]+\/)+/g, '');
}

function modelInfo({ checkpoint, tokenizer, warnings }: EditModel): ModelInfo {
  const { service } = checkpoint;
  return {
    id: checkpoint.modelId,
    pipelineClass: checkpoint.pipelineClass,
    conditionArea: service.conditionArea,
    maxReferences: MAX_REFERENCES,
    defaults: {
      size: service.defaultSize,
      numInferenceSteps: service.defaultSteps,
      trueCfgScale: service.defaultTrueCfgScale,
    },
    specialTokens: tokenizer.specialTokens,
    device: 'cpu',
    precision: 'fp32',
    warnings,
  };
}
