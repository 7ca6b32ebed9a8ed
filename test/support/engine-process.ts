import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import type { EditRequest, EngineCommand, EngineEvent, ModelInfo, Picture } from '../../src/inference/protocol.js';

type Done = Extract<EngineEvent, { type: 'done' }>;
type Failed = Extract<EngineEvent, { type: 'edit_failed' }>;

/** The built engine process, spoken to as the service does. */
export class EngineProcess {
  private readonly child: ChildProcess;
  private readonly events = new EventEmitter();
  private readonly started: Promise<unknown>;
  private count = 0;

  constructor() {
    this.started = once(this.events, 'started');
    this.child = fork(join(import.meta.dirname, '..', '..', 'dist', 'engine', 'main.js'), {
      serialization: 'advanced',
      execArgv: [],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    });
    this.child.on('message', (event: EngineEvent) => {
      this.events.emit(event.type, event);
      if ('id' in event) this.events.emit(event.id, event);
    });
  }

  /** Waits for the process and loads a checkpoint; throws what the engine says against it. */
  async load(modelDir: string, deviceMap = 'auto'): Promise<ModelInfo> {
    await this.started;
    const answer = Promise.race([once(this.events, 'ready'), once(this.events, 'load_failed')]);
    this.send({ type: 'load', modelDir, deviceMap, precision: 'auto' });
    const [event] = (await answer) as [Extract<EngineEvent, { type: 'ready' | 'load_failed' }>];
    if (event.type === 'load_failed') throw new Error(event.message);
    return event.model;
  }

  /** Runs one edit to its end. */
  async edit(request: EditRequest): Promise<{ pictures: Picture[]; progress: number; outcome: Done | Failed }> {
    const id = `edit-${this.count++}`;
    const pictures: Picture[] = [];
    let progress = 0;
    const outcome = new Promise<Done | Failed>((resolve) => {
      this.events.on(id, (event: EngineEvent) => {
        if (event.type === 'picture') pictures.push(event.picture);
        if (event.type === 'progress') progress += 1;
        if (event.type === 'done' || event.type === 'edit_failed') resolve(event);
      });
    });
    this.send({ type: 'edit', id, request });
    return { outcome: await outcome, pictures, progress };
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private send(command: EngineCommand): void {
    this.child.send(command);
  }
}
