import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { EditFailure } from './edit-failure.js';
import { EngineProcess } from './engine-process.js';
import type { ModelState } from './model-state.js';
import type { EditRequest, EngineEvent } from './protocol.js';
import { type EditOutcome, type ProgressListener, RunningEdit } from './running-edit.js';

const FIRST_RESTART_MILLISECONDS = 500;
const LAST_RESTART_MILLISECONDS = 30_000;
const LOAD_RETRY_AFTER_SECONDS = 5;
const FAILED_RETRY_AFTER_SECONDS = 60;

/**
 * Keeps one engine process running: starts it to load the checkpoint, hands it one edit at a time, and starts it
 * anew when it dies, with a growing pause. A checkpoint that can't be loaded stays unloaded: trying again won't mend it.
 */
@Injectable()
export class EngineSupervisor implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('Engine');
  private engine: EngineProcess | null = null;
  private running: RunningEdit | null = null;
  private restartTimer: NodeJS.Timeout | undefined;
  private restartMilliseconds = FIRST_RESTART_MILLISECONDS;
  private waitingForSettled: (() => void)[] = [];
  private currentState: ModelState = loading('loading');

  constructor(private readonly settings: Settings) {}

  get state(): ModelState {
    return this.currentState;
  }

  onModuleInit(): void {
    this.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.restartTimer);
    this.setState({
      status: 'stopped',
      reason: 'draining',
      retryAfterSeconds: LOAD_RETRY_AFTER_SECONDS,
    });
    this.running?.fail(new EditFailure('unavailable', 'The service is shutting down'));
    this.running = null;
    await this.engine?.kill();
  }

  /**
   * Runs one edit; while the engine is loading or restarting, waits for it first. The caller sends one edit at a time.
   * @throws EditFailure
   */
  async edit(request: EditRequest, onProgress: ProgressListener = () => undefined): Promise<EditOutcome> {
    await this.settled();
    if (this.currentState.status !== 'ready' || this.engine === null) {
      throw new EditFailure('unavailable', 'Model is not ready yet');
    }
    if (this.running !== null) throw new Error('The engine is given one edit at a time');
    const run = new RunningEdit(request, onProgress);
    this.running = run;
    this.engine.send({ type: 'edit', id: run.id, request });
    return run.outcome;
  }

  /** Resolves when the model is ready or won't become so. */
  private async settled(): Promise<void> {
    while (this.currentState.status === 'loading') {
      await new Promise<void>((resolve) => this.waitingForSettled.push(resolve));
    }
  }

  private setState(state: ModelState): void {
    this.currentState = state;
    if (state.status === 'loading') return;
    for (const resolve of this.waitingForSettled.splice(0)) resolve();
  }

  private start(): void {
    const engine = new EngineProcess(this.settings, {
      onEvent: (event) => this.handle(event),
      onEnd: (how) => this.restart(how),
    });
    this.engine = engine;
    this.logger.log(`Engine process ${engine.pid ?? '?'} started`);
  }

  private handle(event: EngineEvent): void {
    switch (event.type) {
      case 'started':
        return;
      case 'ready':
        this.restartMilliseconds = FIRST_RESTART_MILLISECONDS;
        this.logger.log(`Model ${event.model.id} is ready on ${event.model.device} in ${event.model.precision}`);
        for (const warning of event.model.warnings) this.logger.warn(warning);
        this.setState({ status: 'ready', model: event.model });
        return;
      case 'load_failed':
        this.logger.error(`Failed to load model: ${event.message}`);
        this.setState({
          status: 'failed',
          reason: `Failed to load model: ${event.message}`,
          retryAfterSeconds: FAILED_RETRY_AFTER_SECONDS,
        });
        return;
      default:
        if (this.running?.id === event.id && this.running.handle(event)) this.running = null;
    }
  }

  private restart(how: string): void {
    this.engine = null;
    if (this.currentState.status === 'stopped') return;
    const pause = this.restartMilliseconds;
    this.restartMilliseconds = Math.min(pause * 2, LAST_RESTART_MILLISECONDS);
    this.logger.error(`The engine process ${how}; it starts again in ${pause / 1000} s`);
    this.setState(loading(`loading: the engine process ${how}; it is being started again`));
    this.running?.fail(new EditFailure('failed', `the engine process ${how}; it is being started again`));
    this.running = null;
    this.restartTimer = setTimeout(() => this.start(), pause);
  }
}

function loading(reason: string): ModelState {
  return { status: 'loading', reason, retryAfterSeconds: LOAD_RETRY_AFTER_SECONDS };
}
