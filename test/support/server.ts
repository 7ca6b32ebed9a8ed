import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gateOptions } from './gate-options.js';
import { checkpointFolder } from './fixtures.js';

const ROOT = join(import.meta.dirname, '..', '..');

export interface ServerOptions {
  /** Name of a tiny checkpoint among the fixtures, or an absolute folder. */
  readonly checkpoint?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A shell's command that is run before it in the same process, such as ulimit. */
  readonly limits?: string;
  /** The folder of the built program; this one unless told otherwise. */
  readonly program?: string;
  /** What starts it, instead of the built program. */
  readonly command?: readonly string[];
  /** In a process group of its own, as in a terminal: a signal to the negative process id reaches all of it. */
  readonly ownGroup?: boolean;
  /** False: return as soon as it listens. */
  readonly untilReady?: boolean;
  /** Its engines don't begin to load before `openGate`; it is not waited for until it is ready. */
  readonly isGateClosed?: boolean;
}

export interface StoppedServer {
  readonly code: number | null;
  readonly leftovers: readonly string[];
}

/** The built service, started as an operator starts it, on a free loopback port. */
export class TestServer {
  private output = '';
  private stopped: Promise<StoppedServer> | undefined;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly gateFolder: string,
  ) {
    const collect = (chunk: Buffer): void => void (this.output += chunk.toString());
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
  }

  static async start({
    checkpoint = 'plain',
    env = {},
    limits = ':',
    untilReady = true,
    program = ROOT,
    command = [process.execPath, join(program, 'dist', 'cli.js'), 'serve'],
    ownGroup = false,
    isGateClosed = false,
  }: ServerOptions = {}): Promise<TestServer> {
    const folder = await mkdtemp(join(tmpdir(), 'service-'));
    const gateFolder = await mkdtemp(join(tmpdir(), 'gate-'));
    const gate = join(gateFolder, 'closed');
    if (isGateClosed) await writeFile(gate, '');
    const { PATH = '' } = process.env;
    const child = spawn('/bin/sh', ['-c', `${limits}; exec "$0" "$@"`, ...command], {
      // An empty folder as working and temporary directory: no stray .env, and whatever is left behind shows.
      cwd: folder,
      env: {
        PATH,
        TMPDIR: folder,
        HOST: '127.0.0.1',
        PORT: '0',
        QWEN_MODEL_DIR: checkpoint.startsWith('/') ? checkpoint : checkpointFolder(checkpoint),
        // However slow the machine is, no edit is refused or ended for the time that it takes.
        REQUEST_TIMEOUT_SECONDS: '100000',
        JOB_TIMEOUT_SECONDS: '100000',
        NODE_OPTIONS: gateOptions(gate),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: ownGroup,
    });
    const server = new TestServer(child, folder, gateFolder);
    await server.until(() => server.output.includes('Listening on '));
    if (untilReady && !isGateClosed) await server.untilReady();
    return server;
  }

  get log(): string {
    return this.output;
  }

  get url(): string {
    const port = /Listening on \S+:(\d+)/.exec(this.output)?.[1];
    return `http://127.0.0.1:${port ?? 0}`;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get pid(): number {
    return this.child.pid ?? NaN;
  }

  /** Process id of the engine of this name that was started last. */
  pidOfEngine(name: string): number {
    return Number(
      [...this.output.matchAll(new RegExp(`\\[Engine ${name}\\] Engine process (\\d+) started`, 'g'))].at(-1)?.[1],
    );
  }

  /** Process id of the engine that was started last. */
  get enginePid(): number {
    return Number([...this.output.matchAll(/Engine process (\d+) started/g)].at(-1)?.[1]);
  }

  /** Waits until the engine that was started last has loaded the model. */
  async untilReady(): Promise<void> {
    await this.until(() => this.output.lastIndexOf(' is ready on ') > this.output.lastIndexOf('Engine process'));
  }

  /** Stops the engine that was started last: a picture that it has, or is given, is not made before `letEngineGoOn`. */
  holdEngine(): void {
    process.kill(this.enginePid, 'SIGSTOP');
  }

  letEngineGoOn(): void {
    process.kill(this.enginePid, 'SIGCONT');
  }

  /** Lets the engine, which is held, go on in small pieces until the condition holds, and then freely: it can't outrun who looks. */
  async letEngineGoOnUntil(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) {
      this.letEngineGoOn();
      await new Promise((resolve) => setTimeout(resolve, 5));
      this.holdEngine();
    }
    this.letEngineGoOn();
  }

  /** Engines that are started from now on don't begin to load before `openGate`, however fast they are. */
  closeGate(): Promise<void> {
    return writeFile(join(this.gateFolder, 'closed'), '');
  }

  openGate(): Promise<void> {
    return rm(join(this.gateFolder, 'closed'), { force: true });
  }

  /**
   * Ends the engine, and stops the next one before it has loaded the model: the service loads until SIGCONT.
   * @param pidOf which of several engines it is
   */
  async stopNextEngine(pidOf = (): number => this.enginePid): Promise<void> {
    const ended = pidOf();
    await this.closeGate();
    process.kill(ended, 'SIGKILL');
    await this.until(() => pidOf() !== ended);
    process.kill(pidOf(), 'SIGSTOP');
    await this.openGate();
  }

  /** Waits until the condition holds; fails with the server's output when the server ends before. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`The server has ended:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends the server as an operator does. Resolves with its exit code and the files that it left behind. */
  stop(): Promise<StoppedServer> {
    return (this.stopped ??= this.end('SIGTERM'));
  }

  /** Ends it as a power cut does; its engines end with it. */
  kill(): Promise<StoppedServer> {
    return (this.stopped ??= this.end('SIGKILL'));
  }

  /** Waits until the server, which was told to end, has ended. */
  ended(): Promise<StoppedServer> {
    return (this.stopped ??= this.end(null));
  }

  private async end(signal: NodeJS.Signals | null): Promise<StoppedServer> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      if (signal !== null) this.child.kill(signal);
      await ended;
    }
    const leftovers = await readdir(this.folder);
    for (const folder of [this.folder, this.gateFolder]) await rm(folder, { recursive: true, force: true });
    return { code: this.child.exitCode, leftovers };
  }
}
