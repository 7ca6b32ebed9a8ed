import { Logger } from '@nestjs/common';
import type { ModelInfo } from '../../protocol/model-info.js';
import { modelOfPart } from '../../redis/key-prefix.js';
import type { RedisClients } from '../../redis/redis-clients.js';
import { redisFault } from '../../redis/redis-fault.js';
import { listOf, numberOf, textOf } from '../../redis/replies.js';
import { ScriptRunner } from '../../redis/script-runner.js';
import { unavailable } from '../../redis/unavailable.js';
import type { ModelState } from '../model-state.js';
import { noWorkerServes } from '../no-worker.js';
import { type LostModel, ServedModel } from '../served-model.js';
import { READ_FLEET } from './fleet-scripts.js';
import { readModel } from './model-message.js';

const RETRY_AFTER_SECONDS = 5;
const NO_WORKER: ModelState = {
  status: 'loading',
  reason: 'no worker serves a model',
  retryAfterSeconds: RETRY_AFTER_SECONDS,
  lastEnd: null,
};
const NO_REDIS: ModelState = {
  status: 'loading',
  reason: 'Redis can not be reached',
  retryAfterSeconds: RETRY_AFTER_SECONDS,
  lastEnd: null,
};
const DRAINING: ModelState = {
  status: 'draining',
  reason: 'draining',
  retryAfterSeconds: RETRY_AFTER_SECONDS,
};

/** The models that workers serve, wherever they are, by what they say of them in Redis. */
export class FleetModels extends ServedModel {
  private readonly logger = new Logger('Fleet');
  private readonly scripts: ScriptRunner;
  private living: readonly ModelInfo[] = [];
  private gone: readonly LostModel[] = [];
  private isDraining = false;
  private timer: NodeJS.Timeout | undefined;
  private waitingForChange: (() => void)[] = [];

  /**
   * @param defaultModel id of the one that requests without a model are for; null: the first that lives
   * @param local the engines of this process; null: it has none
   */
  constructor(
    private readonly redis: RedisClients,
    private readonly defaultModel: string | null,
    private readonly local: ServedModel | null,
  ) {
    super();
    this.scripts = new ScriptRunner(redis.callers, redis.prefix, String(redis.lostSeconds * 1000));
  }

  get state(): ModelState {
    if (this.isDraining) return DRAINING;
    if (!this.redis.isReady) return NO_REDIS;
    const model = this.default;
    if (model !== undefined) return { status: 'ready', model };
    const local = this.local?.state;
    return local === undefined || local.status === 'ready' ? NO_WORKER : local;
  }

  override models(): readonly ModelInfo[] {
    const first = this.ready();
    return [first, ...this.living.filter(({ id }) => id !== first.id)];
  }

  override lost(): readonly LostModel[] {
    return this.gone;
  }

  /** Which of several models is missed stands in the request. */
  override checkAny(): void {
    if (this.state !== NO_WORKER || this.gone.length < 2) this.ready();
  }

  override ready(): ModelInfo {
    if (!this.isDraining && !this.redis.isReady) throw unavailable(null);
    const missed = this.defaultModel ?? this.gone[0]?.id;
    if (this.state === NO_WORKER && missed !== undefined) throw noWorkerServes(missed);
    return super.ready();
  }

  /** From now on it is kept up to date. */
  start(): void {
    const { callers, prefix, watch } = this.redis;
    const read = (): void => void this.read();
    watch.watch(`${prefix}fleet`, read).catch(() => undefined);
    callers.on('ready', () => {
      read();
      this.wake();
    });
    callers.on('close', () => this.wake());
    if (callers.status === 'ready') read();
    this.timer = setInterval(read, (this.redis.lostSeconds * 1000) / 3);
    this.timer.unref();
  }

  changed(): Promise<void> {
    const own = new Promise<void>((resolve) => this.waitingForChange.push(resolve));
    return this.local === null ? own : Promise.race([own, this.local.changed()]);
  }

  drain(): void {
    this.isDraining = true;
    clearInterval(this.timer);
    this.local?.drain();
    this.wake();
  }

  /** The one that DEFAULT_MODEL names; without it the first one. */
  private get default(): ModelInfo | undefined {
    return this.living.find(({ id }) => this.defaultModel === null || id === this.defaultModel) ?? this.living[0];
  }

  private async read(): Promise<void> {
    if (this.isDraining) return;
    try {
      const fleet = listOf(await this.scripts.run(READ_FLEET)).map((entry) => {
        const [model, info, count] = listOf(entry);
        return { id: modelOfPart(textOf(model)), info: textOf(info), count: numberOf(count) };
      });
      const living = fleet.filter(({ count }) => count > 0).map(({ info }) => readModel(info));
      this.gone = fleet.filter(({ count }) => count === 0).map(({ id, info }) => ({ id, loras: lorasOf(info) }));
      this.note(living);
    } catch (error) {
      // RedisHealth tells of Redis's own.
      if (redisFault(error) === null) this.logger.warn(`Which models are served can't be read: ${String(error)}`);
    }
  }

  private note(living: readonly ModelInfo[]): void {
    const idsOf = (models: readonly ModelInfo[]): string => models.map(({ id }) => id).join(', ');
    const [before, now] = [idsOf(this.living), idsOf(living)];
    this.living = living;
    if (before === now) return;
    this.logger.log(now === '' ? 'No worker serves a model' : `Models that workers serve: ${now}`);
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waitingForChange.splice(0)) resolve();
  }
}

/** Of a model that nobody serves: what can't be read of it is no matter. */
function lorasOf(info: string): readonly string[] {
  try {
    return readModel(info).loras.map(({ name }) => name);
  } catch {
    return [];
  }
}
