/** A redis-server on a port of loopback, with a folder of its own that survives its restarts. */
export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  /** Ends it as an operator does; its data stay in its folder. */
  stop(): Promise<void>;
  startAgain(): Promise<void>;
  /** Ends it at once and removes its data. */
  remove(): Promise<void>;
}

/** Starts one; resolves when it takes connections. `options` are of its command line, such as `--appendonly yes`. */
export function startRedis(...options: string[]): Promise<RedisServer>;
