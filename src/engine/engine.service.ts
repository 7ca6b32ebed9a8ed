import { Injectable } from '@nestjs/common';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { openCheckpoint } from '../checkpoint/open-checkpoint.js';
import type { EngineCommand, EngineEvent, FailureKind, ModelInfo } from '../inference/protocol.js';
import { loadEditModel, type EditModel } from './edit-model.js';
import { MAX_REFERENCES } from './pipeline/check-request.js';
import { CancelledError } from './pipeline/cancelled-error.js';
import { InvalidEditError } from './pipeline/invalid-edit-error.js';
import { PipelineService } from './pipeline/pipeline.service.js';

type Send = (event: EngineEvent) => void;

/** Carries out the parent's commands one after the other. */
@Injectable()
export class EngineService {
  private model: EditModel | undefined;
  private work: Promise<void> = Promise.resolve();
  /** Pictures that are asked for and not answered yet, and those of them that were cancelled. */
  private readonly pending = new Set<string>();
  private readonly cancelled = new Set<string>();

  constructor(private readonly pipeline: PipelineService) {}

  /** Takes a command; what comes of it is told to `send`, in the order of the commands. A cancellation counts at once. */
  handle(command: EngineCommand, send: Send): void {
    if (command.type === 'cancel') {
      if (this.pending.has(command.id)) this.cancelled.add(command.id);
      return;
    }
    if (command.type === 'make') this.pending.add(command.id);
    this.work = this.work.then(() => (command.type === 'load' ? this.load(command, send) : this.make(command, send)));
  }

  private async load(command: Extract<EngineCommand, { type: 'load' }>, send: Send): Promise<void> {
    try {
      if (command.deviceMap !== 'auto' && command.deviceMap !== 'cpu') {
        throw new CheckpointError(
          `DEVICE_MAP=${command.deviceMap} needs a GPU, which this build does not serve yet; use auto or cpu`,
        );
      }
      this.pipeline.reset();
      this.model = await loadEditModel(await openCheckpoint(command.modelDir));
      send({ type: 'ready', model: modelInfo(this.model) });
    } catch (error) {
      send({ type: 'load_failed', message: reason(error) });
    }
  }

  private async make({ id, request }: Extract<EngineCommand, { type: 'make' }>, send: Send): Promise<void> {
    try {
      if (this.model === undefined) throw new Error('no model is loaded');
      if (this.cancelled.has(id)) throw new CancelledError();
      const made = await this.pipeline.make(this.model, request, {
        progress: (step) => send({ type: 'progress', id, step, steps: request.numInferenceSteps }),
        preview: (index, image) => send({ type: 'preview', id, index, image }),
        isCancelled: () => this.cancelled.has(id),
      });
      send({ type: 'made', id, ...made });
    } catch (error) {
      const param = error instanceof InvalidEditError ? error.param : null;
      send({ type: 'failed', id, kind: failureKind(error), message: reason(error), param });
    } finally {
      this.pending.delete(id);
      this.cancelled.delete(id);
    }
  }
}

function failureKind(error: unknown): FailureKind {
  if (error instanceof CancelledError) return 'cancelled';
  return error instanceof InvalidEditError ? 'invalid' : 'failed';
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
