import { Logger } from '@nestjs/common';
import type { EngineSettings } from '../config/settings.js';
import type { Metrics } from '../metrics/metrics.service.js';
import { EDIT_CANCELLED, EditError, MODEL_NOT_READY } from '../protocol/edit-error.js';
import type { EngineEvent } from '../protocol/engine-messages.js';
import type { EngineShare } from '../protocol/engine-share.js';
import type { LoadRequest } from '../protocol/load-request.js';
import type { MadePicture } from '../protocol/picture.js';
import type { PictureRequest } from '../protocol/picture-request.js';
import { EngineProcess } from './engine-process.js';
import { EngineTimings } from './engine-timings.js';
import { LoadProgress } from './load-progress.js';
import type { ModelState } from './model-state.js';
import type { PictureEngine, ProgressListener } from './picture-engine.js';
import { RunningPicture } from './running-picture.js';
import { Watchdog } from './watchdog.js';

const FIRST_RESTART_MILLISECONDS = 500;
const LAST_RESTART_MILLISECONDS = 30_000;
export const LOAD_RETRY_AFTER_SECONDS = 5;
const FAILED_RETRY_AFTER_SECONDS = 60;
/** What to do when the checkpoint at fault is the one that comes with the service. */
const RESTORE_BUNDLED =
  ' (to restore the bundled miniature: git checkout -- models/mini in a clone, else install again)';
export const DRAINING: ModelState = {
  status: 'draining',
  reason: 'draining',
  retryAfterSeconds: LOAD_RETRY_AFTER_SECONDS,
};

/** Is told of an engine. */
export interface EngineListener {
  /** Its state is another one; an engine that dies while it loads counts, too. */
  changed(): void;
  /** It has dealt out the machine, see EngineEvent. */
  dealt(shares: readonly EngineShare[]): void;
  /** Whether an engine can make pictures, or may become able to. */
  isServed(): boolean;
}

/**
 * Keeps one engine process running: starts it to load the checkpoint, hands it one picture at a time, and starts it
 * anew when it dies, with a growing pause. One that hangs is ended. A checkpoint that can't be loaded stays unloaded: trying
 * again won't mend it. How long a load may take isn't limited: disks differ, and /ready tells of it.
 */
export class EngineSupervisor implements PictureEngine {
  private readonly logger: Logger;
  private engine: EngineProcess | null = null;
  private running: RunningPicture | null = null;
  private watchdog: Watchdog | null = null;
  private progress = new LoadProgress((line) => this.logger.log(line));
  private readonly timings: EngineTimings;
  private restartTimer: NodeJS.Timeout | undefined;
  private restartMilliseconds = FIRST_RESTART_MILLISECONDS;
  private waitingForChange: (() => void)[] = [];
  private currentState: ModelState = loading('loading', null);
  /** Aborted when the state changes. */
  private stateEnd = new AbortController();

  /**
   * @param name `0`, `1` …, by which logs, metrics and /ready tell of it
   * @param share what it has of the machine; null: it deals the machine out when it loads
   */
  constructor(
    readonly name: string,
    private share: EngineShare | null,
    private readonly settings: EngineSettings,
    private readonly metrics: Metrics,
    private readonly listener: EngineListener,
  ) {
    this.logger = new Logger(`Engine ${name}`);
    this.timings = new EngineTimings(settings);
    metrics.engineAdded(name);
  }

  get state(): ModelState {
    return this.currentState;
  }

  get pid(): number | undefined {
    return this.engine?.pid;
  }

  get gpus(): readonly number[] | null {
    return this.share?.gpus ?? null;
  }

  start(): void {
    const { load } = this.settings;
    const engine = new EngineProcess(
      { ...load, share: this.share },
      {
        onEvent: (event) => this.handle(event),
        onEnd: (how) => this.restart(how),
      },
    );
    this.engine = engine;
    this.logger.log(`Engine process ${engine.pid ?? '?'} started`);
  }

  /** Ends the engine for good, and what it makes. */
  async end(): Promise<void> {
    clearTimeout(this.restartTimer);
    this.setState(DRAINING);
    this.running?.fail(new EditError('unavailable', 'the service is shutting down'));
    this.running = null;
    await this.engine?.kill();
  }

  async settled(): Promise<AbortSignal> {
    while (this.currentState.status === 'loading' || this.isLeftOut) await this.changed();
    return this.stateEnd.signal;
  }

  /** Has what waits for this engine look again: what another one is up to has changed. */
  wake(): void {
    for (const resolve of this.waitingForChange.splice(0)) resolve();
  }

  async make(request: PictureRequest, listener: ProgressListener, signal: AbortSignal): Promise<MadePicture> {
    if (signal.aborted) throw new EditError('cancelled', EDIT_CANCELLED);
    const { engine } = this;
    if (this.currentState.status !== 'ready' || engine === null) {
      throw new EditError('unavailable', MODEL_NOT_READY);
    }
    if (this.running !== null) throw new Error('The engine is given one picture at a time');
    const run = new RunningPicture(listener);
    this.running = run;
    const watchdog = new Watchdog(request, this.timings, (how) => void engine.kill(how));
    this.watchdog = watchdog;
    engine.send({ type: 'make', id: run.id, request });
    const cancel = (): void => {
      engine.send({ type: 'cancel', id: run.id });
      watchdog.cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await run.outcome;
    } finally {
      watchdog.end();
      signal.removeEventListener('abort', cancel);
    }
  }

  /** It can't load the model, and others do the work: to take a picture would be to fail it. */
  private get isLeftOut(): boolean {
    return this.currentState.status === 'failed' && this.listener.isServed();
  }

  private changed(): Promise<void> {
    return new Promise((resolve) => this.waitingForChange.push(resolve));
  }

  private setState(state: ModelState): void {
    this.currentState = state;
    this.stateEnd.abort();
    this.stateEnd = new AbortController();
    this.listener.changed();
  }

  private handle(event: EngineEvent): void {
    // What it said before it was ended for good: to be ready now would have it started again.
    if (this.currentState === DRAINING) return;
    switch (event.type) {
      case 'started':
        this.progress = new LoadProgress((line) => this.logger.log(line));
        return;
      case 'loading':
      case 'quantizing':
        this.tellProgress(this.progress.update(event));
        return;
      case 'dealt':
        this.share = event.shares[0] ?? null;
        this.listener.dealt(event.shares);
        return;
      case 'ready':
        this.restartMilliseconds = FIRST_RESTART_MILLISECONDS;
        this.logger.log(`Model ${event.model.id} is ready on ${event.model.device} in ${event.model.precision}`);
        for (const line of event.model.placement) this.logger.log(line);
        for (const warning of event.model.warnings) this.logger.warn(warning);
        this.setState({ status: 'ready', model: event.model });
        return;
      case 'load_failed': {
        const { usesBundledModel, load } = this.settings;
        const remedy = event.isCheckpoint && usesBundledModel ? RESTORE_BUNDLED : '';
        const reason = `Failed to load model: ${event.message}${remedy}`;
        const where = event.isCheckpoint && !usesBundledModel ? whereFrom(load) : '';
        const operatorReason = `${reason}${where}`;
        this.logger.error(operatorReason);
        this.setState({ status: 'failed', reason, operatorReason, retryAfterSeconds: FAILED_RETRY_AFTER_SECONDS });
        return;
      }
      default:
        if (this.running?.id !== event.id) return;
        this.watchdog?.heartbeat(event);
        if (this.running.handle(event)) this.running = null;
    }
  }

  /** Lets the state tell how far the load is; a caller that waits for a change isn't woken by it. */
  private tellProgress(words: string | null): void {
    if (words === null || this.currentState.status !== 'loading') return;
    this.currentState = loading(`loading: ${words}`, this.currentState.lastEnd);
  }

  private restart(how: string): void {
    this.engine = null;
    if (this.currentState.status === 'draining') return;
    this.metrics.engineRestarted(this.name);
    const pause = this.restartMilliseconds;
    this.restartMilliseconds = Math.min(pause * 2, LAST_RESTART_MILLISECONDS);
    this.logger.error(`The engine process ${how}; it starts again in ${pause / 1000} s`);
    this.setState(loading(`loading: the engine process ${how}; it is being started again`, how));
    this.running?.fail(new EditError('failed', `the engine process ${how}; it is being started again`));
    this.running = null;
    this.restartTimer = setTimeout(() => this.start(), pause);
  }
}

function loading(reason: string, lastEnd: string | null): ModelState {
  return { status: 'loading', reason, retryAfterSeconds: LOAD_RETRY_AFTER_SECONDS, lastEnd };
}

/** The settings that say where a checkpoint lies, for its operator. */
function whereFrom({ modelDir, transformer: { file } }: LoadRequest): string {
  const transformer = file === null ? '' : `, QWEN_TRANSFORMER_FILE ${file}`;
  return ` (QWEN_MODEL_DIR is ${modelDir}${transformer})`;
}
