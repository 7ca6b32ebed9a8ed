import { Logger } from '@nestjs/common';
import type { EngineSettings } from '../config/settings.js';
import type { Metrics } from '../metrics/metrics.service.js';
import type { EngineShare } from '../protocol/engine-share.js';
import type { EnginePool, EngineStatus } from './engine-pool.js';
import { DRAINING, EngineSupervisor } from './engine-supervisor.js';
import { jointState } from './joint-state.js';
import type { ModelState } from './model-state.js';
import type { PictureEngine } from './picture-engine.js';
import { ServedModel } from './served-model.js';

/**
 * The engine processes of this service, which serve the same model, each under a supervisor of its own. The first one deals the
 * machine out: it plans for all, and makes the weights that have to be made. The others are started then.
 */
export class SupervisedEngines extends ServedModel implements EnginePool {
  private readonly logger = new Logger('Engines');
  private readonly supervisors: EngineSupervisor[] = [];
  private readonly users: ((engine: PictureEngine) => void)[] = [];
  private waitingForChange: (() => void)[] = [];
  private isDraining = false;
  private hasToldNotice = false;

  constructor(
    private readonly settings: EngineSettings,
    private readonly metrics: Metrics,
  ) {
    super();
    metrics.measureEngines(() =>
      this.supervisors.map(({ name, pid, state }) => ({
        name,
        pid,
        isReady: !this.isDraining && state.status === 'ready',
        model: state.status === 'ready' ? state.model.id : null,
      })),
    );
    this.add(null);
  }

  get state(): ModelState {
    return this.isDraining ? DRAINING : jointState(this.engines);
  }

  get engines(): readonly EngineStatus[] {
    return this.supervisors;
  }

  get readyEngines(): number {
    return this.supervisors.filter(({ state }) => state.status === 'ready').length;
  }

  /** Once. */
  start(): void {
    for (const supervisor of this.supervisors) supervisor.start();
  }

  each(use: (engine: PictureEngine) => void): void {
    this.users.push(use);
    this.supervisors.forEach(use);
  }

  drain(): void {
    this.isDraining = true;
  }

  async end(): Promise<void> {
    this.drain();
    await Promise.all(this.supervisors.map((supervisor) => supervisor.end()));
  }

  changed(): Promise<void> {
    return new Promise((resolve) => this.waitingForChange.push(resolve));
  }

  private add(share: EngineShare | null): EngineSupervisor {
    const supervisor = new EngineSupervisor(String(this.supervisors.length), share, this.settings, this.metrics, {
      changed: () => this.wake(),
      dealt: (shares) => this.startOthers(shares),
      isServed: () => this.supervisors.some(({ state: { status } }) => status === 'ready' || status === 'loading'),
    });
    this.supervisors.push(supervisor);
    for (const use of this.users) use(supervisor);
    return supervisor;
  }

  /** Those that have no share yet are the others of the first one. */
  private startOthers(shares: readonly EngineShare[]): void {
    if (shares.length > 1)
      this.logger.log(`${shares.length} engines share this machine: ${shares.map(describe).join('; ')}`);
    for (const share of shares.slice(this.supervisors.length)) this.add(share).start();
  }

  private wake(): void {
    const { state } = this;
    if (state.status === 'ready' && !this.hasToldNotice && state.model.notice !== null) {
      this.hasToldNotice = true;
      this.logger.log(state.model.notice.en);
    }
    for (const supervisor of this.supervisors) supervisor.wake();
    for (const resolve of this.waitingForChange.splice(0)) resolve();
  }
}

function describe({ gpus, threads }: EngineShare, index: number): string {
  const device = gpus === null ? `${threads ?? 'all'} threads` : gpus.map((gpu) => `cuda:${gpu}`).join(' + ');
  return `engine ${index} has ${device}`;
}
