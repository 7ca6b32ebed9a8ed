import { Injectable } from '@nestjs/common';
import { CheckpointError, HostError } from '../checkpoint/checkpoint-error.js';
import { refuseUnusableValues } from '../checkpoint/lora/lora-values.js';
import { describeTransformer } from '../checkpoint/transformer-weights/describe-weights.js';
import type { EngineCommand, EngineEvent, FailureKind } from '../protocol/engine-messages.js';
import type { ModelInfo } from '../protocol/model-info.js';
import { WHOLE_MACHINE } from '../protocol/engine-share.js';
import { ownThreads } from './devices/own-threads.js';
import { dealEngines } from './devices/deal-engines.js';
import { planCheckpoint, type PlanReport } from './devices/plan-checkpoint.js';
import { loadEditModel, type EditModel } from './edit-model.js';
import { explainOutOfMemory } from './explain-out-of-memory.js';
import { openEditCheckpoint } from './open-edit-checkpoint.js';
import { CancelledError } from './pipeline/cancelled-error.js';
import { InvalidEditError } from './pipeline/invalid-edit-error.js';
import { PipelineService } from './pipeline/pipeline.service.js';
import type { LoadListener } from './sessions/load-listener.js';
import { weightsKey } from './quantized/content-key.js';
import { sizeRules } from './size-rules.js';
import { OutOfMemoryError } from './sessions/out-of-memory.js';

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

  /** Takes a command; what comes of it goes to `send`, in the order of the commands. A cancellation counts at once. */
  handle(command: EngineCommand, send: Send): void {
    if (command.type === 'cancel') {
      if (this.pending.has(command.id)) this.cancelled.add(command.id);
      return;
    }
    if (command.type === 'make') this.pending.add(command.id);
    this.work = this.work.then(() => (command.type === 'load' ? this.load(command, send) : this.make(command, send)));
  }

  private async load({ request }: Extract<EngineCommand, { type: 'load' }>, send: Send): Promise<void> {
    try {
      this.pipeline.reset();
      await this.model?.release();
      this.model = undefined;
      const opened = await openEditCheckpoint(request.modelDir, request.loraDir, request.transformer);
      const checkpoint = { ...opened, loras: await refuseUnusableValues(opened.loras) };
      const deal = request.share === null ? await dealEngines(checkpoint, request) : null;
      const share = request.share ?? deal?.shares[0] ?? WHOLE_MACHINE;
      const report = await planCheckpoint(checkpoint, request, share);
      const listener: LoadListener = {
        opening: (network, number, count) => send({ type: 'loading', network, number, count }),
        quantizing: (progress) => send({ type: 'quantizing', ...progress }),
        prepared: () => {
          if (deal !== null) send({ type: 'dealt', shares: deal.shares });
        },
      };
      this.model = await loadEditModel(
        checkpoint,
        report.plan,
        request.quantizedCache,
        listener,
        share.threads ?? ownThreads(),
      );
      const contentKey = request.isShared ? await weightsKey(checkpoint) : null;
      const warnings = [...(deal?.lines ?? []), ...report.warnings];
      send({ type: 'ready', model: modelInfo(this.model, { ...report, warnings }, request.maxReferences, contentKey) });
    } catch (error) {
      send({ type: 'load_failed', message: reason(error), isCheckpoint: isFolderAtFault(error) });
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
      send({ type: 'failed', id, kind: failureKind(error), message: await this.reason(error), param });
    } finally {
      this.pending.delete(id);
      this.cancelled.delete(id);
    }
  }

  /** What went wrong with a picture. Without memory, all of it is given back first: the next picture loads what it needs. */
  private async reason(error: unknown): Promise<string> {
    if (!(error instanceof OutOfMemoryError) || this.model === undefined) return reason(error);
    await this.model.release();
    return explainOutOfMemory(error, this.model.plan);
  }
}

function isFolderAtFault(error: unknown): boolean {
  return error instanceof CheckpointError && !(error instanceof HostError);
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

function modelInfo(
  { checkpoint, tokenizer, plan, warnings }: EditModel,
  report: PlanReport,
  maxReferences: number,
  contentKey: string | null,
): ModelInfo {
  const { pipeline, service } = checkpoint;
  return {
    id: checkpoint.modelId,
    contentKey,
    pipelineClass: pipeline.className,
    sizeRules: sizeRules(checkpoint),
    maxReferences: Math.min(pipeline.maxReferences, maxReferences),
    mayTakeSeveral: pipeline.maxReferences > 1,
    defaults: {
      size: service.defaultSize,
      numInferenceSteps: service.defaultSteps,
      trueCfgScale: service.defaultTrueCfgScale,
    },
    maxTrueCfgScale: service.maxTrueCfgScale,
    suggestions: service.suggestions,
    examples: checkpoint.examples,
    notice: service.notice,
    loras: checkpoint.loras.infos,
    specialTokens: tokenizer.specialTokens,
    device: plan.kind,
    precision: plan.precision,
    placement: [describeTransformer(checkpoint.transformer), ...report.placement],
    warnings: [...warnings, ...report.warnings],
  };
}
