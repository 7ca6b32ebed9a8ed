import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeviceMap, PrecisionSetting } from '../../src/protocol/device-settings.js';
import type { LoadRequest, QuantizedCacheSettings } from '../../src/protocol/load-request.js';
import type { EngineCommand, EngineEvent, QuantizingProgress } from '../../src/protocol/engine-messages.js';
import type { ModelInfo } from '../../src/protocol/model-info.js';
import { OWN_TRANSFORMER, type TransformerSource } from '../../src/protocol/transformer-source.js';
import type { PictureRequest } from '../../src/protocol/picture-request.js';

const HOLD_MODULE = pathToFileURL(join(import.meta.dirname, 'hold-engine.mjs')).href;

/** Pixels: the service's own limit. */
const LARGEST_RESULT = 4_194_304;
const MOST_REFERENCES = 4;

/** For loads that quantize nothing. */
const NO_CACHE: QuantizedCacheSettings = { folder: '/nonexistent', maxBytes: 0 };

type Outcome = Extract<EngineEvent, { type: 'made' | 'failed' }>;
type PreviewEvent = Extract<EngineEvent, { type: 'preview' }>;

/** What came of a picture, and what was told on the way. */
export interface MakeReport {
  readonly outcome: Outcome;
  readonly steps: readonly number[];
  readonly previews: readonly PreviewEvent[];
}

/** The built engine process, spoken to as the service does. */
export class EngineProcess {
  private readonly child: ChildProcess;
  private readonly events = new EventEmitter();
  private readonly started: Promise<unknown>;
  private count = 0;

  /** @param heldAt where it stops once it has told of it: it can be killed there, however fast it is */
  constructor(heldAt?: Pick<QuantizingProgress, 'step' | 'done'>) {
    this.started = once(this.events, 'started');
    this.child = fork(join(import.meta.dirname, '..', '..', 'dist', 'engine.js'), {
      serialization: 'advanced',
      execArgv: heldAt === undefined ? [] : [`--import=${HOLD_MODULE}?step=${heldAt.step}&done=${heldAt.done}`],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    });
    this.child.on('message', (event: EngineEvent) => {
      this.events.emit(event.type, event);
      if ('id' in event) this.events.emit(event.id, event);
    });
  }

  get pid(): number {
    return this.child.pid ?? NaN;
  }

  /** Waits for the process and loads a checkpoint; throws what the engine says against it. */
  async load(
    modelDir: string,
    deviceMap: DeviceMap = 'auto',
    precision: PrecisionSetting = 'auto',
    quantizedCache: QuantizedCacheSettings = NO_CACHE,
    loraDir: string | null = null,
    transformer: TransformerSource = OWN_TRANSFORMER,
    changes: Pick<LoadRequest, 'engines' | 'share'> = { engines: 1, share: null },
  ): Promise<ModelInfo> {
    await this.started;
    const answer = Promise.race([once(this.events, 'ready'), once(this.events, 'load_failed')]);
    this.send({
      type: 'load',
      request: {
        modelDir,
        loraDir,
        isShared: false,
        transformer,
        deviceMap,
        precision,
        outputPixels: LARGEST_RESULT,
        maxReferences: MOST_REFERENCES,
        quantizedCache,
        ...changes,
      },
    });
    const [event] = (await answer) as [Extract<EngineEvent, { type: 'ready' | 'load_failed' }>];
    if (event.type === 'load_failed') throw new Error(event.message);
    return event.model;
  }

  /** Listens to one kind of what the process says. */
  on<T extends EngineEvent['type']>(type: T, listener: (event: Extract<EngineEvent, { type: T }>) => void): void {
    this.events.on(type, listener);
  }

  /** Makes one picture, or fails to; `onStep` may cancel it. */
  async make(
    request: PictureRequest,
    onStep: (step: number, cancel: () => void) => void = () => undefined,
  ): Promise<MakeReport> {
    const id = `picture-${this.count++}`;
    const steps: number[] = [];
    const previews: PreviewEvent[] = [];
    const outcome = new Promise<Outcome>((resolve) => {
      this.events.on(id, (event: EngineEvent) => {
        if (event.type === 'preview') previews.push(event);
        if (event.type === 'made' || event.type === 'failed') resolve(event);
        if (event.type !== 'progress') return;
        steps.push(event.step);
        onStep(event.step, () => this.send({ type: 'cancel', id }));
      });
    });
    this.send({ type: 'make', id, request });
    return { outcome: await outcome, steps, previews };
  }

  /** Ends it as a lack of memory would. */
  async kill(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private send(command: EngineCommand): void {
    this.child.send(command);
  }
}
