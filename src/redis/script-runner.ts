import type { Redis } from 'ioredis';
import type { Script } from './script.js';

export type ScriptArgument = string | number | Uint8Array;

type Call = (...args: (string | number | Buffer)[]) => Promise<unknown>;

/** Both ways to run a script. */
interface Calls {
  readonly byText: Call;
  readonly bySha: Call;
}

/** Runs scripts by one connection, in the order in which they are asked for. */
export class ScriptRunner {
  /** Those that Redis has been sent the text of. */
  private readonly sent = new Set<string>();

  constructor(
    readonly redis: Redis,
    readonly prefix: string,
    /** The first argument of each. */
    private readonly limits: string,
  ) {}

  run(script: Script, ...given: ScriptArgument[]): Promise<unknown> {
    const { redis } = this;
    const calls: Calls = {
      byText: (...args) => redis.eval(script.text, 1, ...args),
      bySha: (...args) => redis.evalsha(script.sha, 1, ...args),
    };
    return this.call(script, calls, given);
  }

  /** The same, but texts of the answer come as the bytes that they are. */
  runForBytes(script: Script, ...given: ScriptArgument[]): Promise<unknown> {
    const { redis } = this;
    const calls: Calls = {
      byText: (...args) => redis.callBuffer('EVAL', script.text, 1, ...args),
      bySha: (...args) => redis.callBuffer('EVALSHA', script.sha, 1, ...args),
    };
    return this.call(script, calls, given);
  }

  private async call({ sha }: Script, { byText, bySha }: Calls, given: readonly ScriptArgument[]): Promise<unknown> {
    const own = given.map((value) => (typeof value === 'object' ? asBuffer(value) : value));
    const args = [this.prefix, this.limits, ...own];
    if (!this.sent.has(sha)) {
      this.sent.add(sha);
      return byText(...args);
    }
    try {
      return await bySha(...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return byText(...args);
    }
  }
}

/** The same memory. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
