import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpointFolder } from './fixtures.js';
import { listFiles } from './list-files.js';

const ROOT = join(import.meta.dirname, '..', '..');

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array;
  /** The folder of the built program; this one unless told otherwise. */
  readonly program?: string;
}

export interface EndedCommand {
  /** null: a signal has ended it. */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** --json's document. */
export interface CommandJson {
  readonly results: readonly {
    readonly input: string;
    readonly output: string;
    readonly seed: number;
    readonly size: string;
    readonly output_format: string;
    readonly usage: Readonly<Record<string, unknown>>;
  }[];
  readonly failures: readonly {
    readonly input: string | null;
    readonly code: string;
    readonly message: string;
    readonly param: string | null;
  }[];
  readonly warnings: readonly string[];
}

/** A folder in which the built `edit` command is run, on a tiny checkpoint. */
export class Workplace {
  private constructor(readonly folder: string) {}

  static async create(files: Readonly<Record<string, Uint8Array>> = {}): Promise<Workplace> {
    const workplace = new Workplace(await mkdtemp(join(tmpdir(), 'command-')));
    for (const [name, bytes] of Object.entries(files)) await writeFile(workplace.at(name), bytes);
    return workplace;
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  /** Every file that is there. */
  files(): Promise<string[]> {
    return listFiles(this.folder);
  }

  read(name: string): Promise<Buffer> {
    return readFile(this.at(name));
  }

  has(name: string): boolean {
    return existsSync(this.at(name));
  }

  start(args: readonly string[], { env = {}, stdin, program = ROOT }: CommandOptions = {}): RunningCommand {
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [join(program, 'dist', 'cli.js'), 'edit', ...args], {
      cwd: this.folder,
      env: { PATH, TMPDIR: this.folder, QWEN_MODEL_DIR: checkpointFolder('plain'), ...env },
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.end(stdin);
    return new RunningCommand(child);
  }

  run(args: readonly string[], options: CommandOptions = {}): Promise<EndedCommand> {
    return this.start(args, options).ended();
  }

  /** Runs with --json and gives its document. */
  async json(
    args: readonly string[],
    options: CommandOptions = {},
  ): Promise<CommandJson & { readonly code: number | null }> {
    const { code, stdout } = await this.run([...args, '--json'], options);
    return { code, ...(JSON.parse(stdout.toString()) as CommandJson) };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** The command line while it runs. */
export class RunningCommand {
  private readonly output: Buffer[] = [];
  private errors = '';
  private readonly closed: Promise<void>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => this.output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => void (this.errors += chunk.toString()));
    this.closed = new Promise((resolve) => child.once('close', () => resolve()));
  }

  get stderr(): string {
    return this.errors;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits until standard error holds the text; fails when the command ends before. */
  async says(text: string | RegExp): Promise<string> {
    const found = (): string | undefined =>
      typeof text === 'string' ? (this.errors.includes(text) ? text : undefined) : text.exec(this.errors)?.[0];
    for (;;) {
      const match = found();
      if (match !== undefined) return match;
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`The command has ended:\n${this.errors}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Waits for the end, and until nobody holds its output open any more: not the engine, either. */
  async ended(): Promise<EndedCommand> {
    await this.closed;
    return { code: this.child.exitCode, stdout: Buffer.concat(this.output), stderr: this.errors };
  }
}
