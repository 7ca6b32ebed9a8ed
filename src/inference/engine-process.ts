import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EngineCommand, EngineEvent } from './protocol.js';

const ENGINE_ENTRY = fileURLToPath(new URL('../engine/main.js', import.meta.url));

export interface EngineListener {
  onEvent(event: EngineEvent): void;
  /** The process has ended, or could not be started; called once. `how` is in plain words. */
  onEnd(how: string): void;
}

/** One engine process and the typed channel to it. */
export class EngineProcess {
  private readonly child: ChildProcess;
  private hasEnded = false;

  constructor(private readonly listener: EngineListener) {
    this.child = fork(ENGINE_ENTRY, {
      // 'advanced' carries typed arrays as bytes; the parent's debugger and watch flags are not the engine's.
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: engineEnvironment(process.env),
    });
    this.child.on('message', (event) => {
      if (!this.hasEnded) listener.onEvent(event as EngineEvent);
    });
    this.child.once('exit', (code, signal) => this.end(describeEnd(code, signal)));
    this.child.on('error', (error) => {
      // Starting failed; a failed send or kill is followed by 'exit'.
      if (this.child.pid === undefined) this.end(`could not be started (${error.message})`);
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  send(command: EngineCommand): void {
    // A channel that is closed means that 'exit' is on its way, which fails what was running.
    this.child.send(command, () => undefined);
  }

  /** Ends the process at once, also in the middle of a run; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.hasEnded) return;
    await new Promise<void>((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.kill('SIGKILL');
    });
  }

  private end(how: string): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.listener.onEnd(how);
  }
}

function engineEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // The key is the API process's alone.
  return { ...environment, API_KEY: undefined, ORT_DISABLE_TELEMETRY: '1' };
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') return 'was killed (SIGKILL), possibly for lack of memory';
  return signal === null ? `ended unexpectedly with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`;
}
