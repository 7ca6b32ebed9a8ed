import type { ChildProcess } from 'node:child_process';
import { takeEngine } from './engine-launcher.js';
import type { EngineCommand, EngineEvent } from '../protocol/engine-messages.js';
import type { LoadRequest } from '../protocol/load-request.js';

/** Is told of an engine process. */
interface EngineListener {
  onEvent(event: EngineEvent): void;
  /** The process has ended, or could not be started; called once. `how` is in plain words. */
  onEnd(how: string): void;
}

/** One engine process, which loads the checkpoint as soon as it is up, and the typed channel to it. */
export class EngineProcess {
  private readonly child: ChildProcess;
  private hasEnded = false;
  /** Why this process has ended it itself. */
  private killedAs: string | null = null;

  constructor(
    request: LoadRequest,
    private readonly listener: EngineListener,
  ) {
    this.child = takeEngine(request);
    this.child.on('message', (event) => {
      if (!this.hasEnded) listener.onEvent(event as EngineEvent);
    });
    this.child.once('exit', (code, signal) => this.end(this.killedAs ?? describeEnd(code, signal)));
    this.child.on('error', (error) => {
      // Starting failed; a failed send or kill is followed by 'exit'.
      if (this.child.pid === undefined) this.end(`could not be started (${error.message})`);
    });
    this.noticeEarlyEnd();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  send(command: EngineCommand): void {
    // A channel that is closed means that 'exit' is on its way, which fails what was running.
    this.child.send(command, () => undefined);
  }

  /**
   * Ends the process at once, also in the middle of a run; resolves when it is gone.
   * @param how what the listener is told, in plain words
   */
  async kill(how = 'was ended'): Promise<void> {
    if (this.hasEnded) return;
    this.killedAs = how;
    await new Promise<void>((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.kill('SIGKILL');
    });
  }

  /** A process that was launched ahead may have ended before this listened to it. */
  private noticeEarlyEnd(): void {
    const { exitCode, signalCode, pid } = this.child;
    if (exitCode !== null || signalCode !== null || pid === undefined) {
      setImmediate(() => this.end(pid === undefined ? 'could not be started' : describeEnd(exitCode, signalCode)));
    }
  }

  private end(how: string): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.listener.onEnd(how);
  }
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') return 'was killed (SIGKILL), possibly for lack of memory';
  return signal === null ? `ended unexpectedly with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`;
}
