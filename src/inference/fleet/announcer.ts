import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { PACKAGE_VERSION } from '../../program/program-files.js';
import type { ModelInfo } from '../../protocol/model-info.js';
import { modelPart } from '../../redis/key-prefix.js';
import type { RedisClients } from '../../redis/redis-clients.js';
import { redisFault } from '../../redis/redis-fault.js';
import { textOf } from '../../redis/replies.js';
import { ScriptRunner } from '../../redis/script-runner.js';
import type { ModelState } from '../model-state.js';
import { ServedModel } from '../served-model.js';
import { ANNOUNCE, RETIRE } from './fleet-scripts.js';
import { writeModel } from './model-message.js';

const REFUSED_RETRY_SECONDS = 60;
/** The engines could make pictures, but nobody knows yet: who waits for this process before another is ended must wait on. */
const UNKNOWN: ModelState = {
  status: 'loading',
  reason: 'the model is not announced in Redis yet',
  retryAfterSeconds: 1,
  lastEnd: null,
};

/**
 * Says in Redis, again and again, which model this process's engines serve. Two checkpoints under one name would make whatever
 * pictures chance has it: the second is refused, and its engines are given nothing to make.
 */
export class Announcer extends ServedModel {
  private readonly logger = new Logger('Fleet');
  private readonly scripts: ScriptRunner;
  private announced: ModelInfo | null = null;
  private refusal: string | null = null;
  private isRetired = false;

  constructor(
    private readonly engines: ServedModel,
    private readonly redis: RedisClients,
  ) {
    super();
    this.scripts = new ScriptRunner(redis.workers, redis.prefix, String(redis.lostSeconds * 1000));
  }

  /** The model that pictures are taken for; null: none yet. It stays while the process drains. */
  get model(): ModelInfo | null {
    return this.announced;
  }

  get state(): ModelState {
    const { state } = this.engines;
    if (state.status !== 'ready') return state;
    const { refusal } = this;
    if (refusal === null) return this.announced === null ? UNKNOWN : state;
    return { status: 'failed', reason: refusal, operatorReason: refusal, retryAfterSeconds: REFUSED_RETRY_SECONDS };
  }

  /** From now on. */
  start(): void {
    void this.run();
    this.redis.workers.on('ready', () => void this.tell().catch(() => undefined));
  }

  changed(): Promise<void> {
    return this.engines.changed();
  }

  drain(): void {
    this.isRetired = true;
    this.engines.drain();
    this.scripts.run(RETIRE, this.redis.processId).catch(() => undefined);
  }

  private async run(): Promise<void> {
    const heartbeat = (this.redis.lostSeconds * 1000) / 3;
    while (!this.isRetired && !this.redis.isClosed) {
      await this.tell().catch((error: unknown) => {
        // RedisHealth tells of Redis's own.
        if (redisFault(error) === null) this.logger.warn(`The model can't be announced: ${String(error)}`);
      });
      const rest = pause(heartbeat, undefined, { ref: false });
      await Promise.race([rest, this.engines.changed()]);
    }
  }

  private async tell(): Promise<void> {
    const { state } = this.engines;
    if (this.isRetired || state.status !== 'ready') return;
    const { model } = state;
    const { processId } = this.redis;
    const entry = JSON.stringify({ model: modelPart(model.id), version: PACKAGE_VERSION });
    const content = contentOf(model);
    const args = [processId, modelPart(model.id), content, writeModel(model), entry];
    const other = textOf(await this.scripts.run(ANNOUNCE, ...args));
    this.note(model, content, other);
  }

  private note(model: ModelInfo, content: string, other: string): void {
    const before = this.refusal;
    this.refusal =
      other === ''
        ? null
        : `Something else is served as ${model.id} already: its content key is ${other}, this one's ${content} (weights, LORA_DIR's LoRAs, MAX_REFERENCES and service.json count). End its workers first, give both the same, or give this one another model_id in its service.json`;
    if (other === '') this.announced = model;
    if (this.refusal !== null && this.refusal !== before) this.logger.error(this.refusal);
    if (this.refusal === null && before !== null) this.logger.log(`${model.id} is served now`);
  }
}

/** Tells whether two workers make the same of a request: the weights, and what of the checkpoint decides how they are used. */
function contentOf(model: ModelInfo): string {
  const { contentKey, pipelineClass, sizeRules, maxReferences, defaults, maxTrueCfgScale, specialTokens } = model;
  const loras = model.loras.filter(({ refused }) => refused === null).map(({ name }) => name);
  const about = [contentKey, pipelineClass, sizeRules, maxReferences, defaults, maxTrueCfgScale, specialTokens, loras];
  return createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 32);
}
