import type { Usage } from '../../../edits/usage.js';
import { type CliError, EXIT } from '../../cli-error.js';
import type { EditResult } from '../editor.js';
import type { ResultFormat } from '../../../edits/result-format.js';

/** A result in --json's form. */
interface ResultJson {
  readonly input: string;
  /** `-` is standard output. */
  readonly output: string;
  readonly seed: number;
  readonly size: string;
  readonly output_format: ResultFormat;
  readonly usage: Usage;
}

/** What has no result, in --json's form. */
interface FailureJson {
  /** null: the whole command. */
  readonly input: string | null;
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
}

/** What came of a command. */
export class Outcome {
  private readonly results: ResultJson[] = [];
  private readonly failures: FailureJson[] = [];
  private readonly warnings = new Set<string>();
  private worst: number = EXIT.done;

  get exitCode(): number {
    return this.worst;
  }

  made(input: string, output: string, format: ResultFormat, { seed, size, usage }: EditResult): void {
    this.results.push({ input, output, seed, size, output_format: format, usage });
  }

  failed(input: string | null, { code, message, param, exitCode }: CliError): void {
    this.failures.push({ input, code, message, param });
    this.worst = Math.max(this.worst, exitCode);
  }

  cancelled(input: string | null): void {
    this.failures.push({ input, code: 'CANCELLED', message: 'The command was cancelled', param: null });
    this.worst = Math.max(this.worst, EXIT.failed);
  }

  /** True when it is new. */
  warn(warning: string): boolean {
    if (this.warnings.has(warning)) return false;
    this.warnings.add(warning);
    return true;
  }

  /** --json's document. */
  json(): string {
    const { results, failures } = this;
    return `${JSON.stringify({ results, failures, warnings: [...this.warnings] }, null, 2)}\n`;
  }
}
