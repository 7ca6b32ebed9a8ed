import type { Redis } from 'ioredis';
import type { Script } from './script.js';

export type ScriptArgument = string | number | Uint8Array;

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

  async run(script: Script, ...given: ScriptArgument[]): Promise<unknown> {
    const args = [
      this.prefix,
      this.limits,
      ...given.map((value) => (typeof value === 'object' ? asBuffer(value) : value)),
    ];
    if (!this.sent.has(script.sha)) {
      this.sent.add(script.sha);
      return this.redis.eval(script.text, 1, ...args);
    }
    try {
      return await this.redis.evalsha(script.sha, 1, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return this.redis.eval(script.text, 1, ...args);
    }
  }
}

/** The same memory. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
