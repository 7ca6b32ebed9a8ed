import { type Command, type CommonRedisOptions, Redis } from 'ioredis';

/** A connection that tells of each command that fails. */
export class WatchedRedis extends Redis {
  /** What waits for a connection is sent once more when there is one. */
  private readonly watched = new WeakSet<Command>();

  constructor(
    url: string,
    options: Omit<CommonRedisOptions, 'replyMapping'>,
    private readonly onFailure: (error: unknown) => void,
  ) {
    super(url, options);
  }

  override sendCommand(...sent: Parameters<Redis['sendCommand']>): unknown {
    const [command] = sent;
    if (!this.watched.has(command)) {
      this.watched.add(command);
      command.promise.catch(this.onFailure);
    }
    return super.sendCommand(...sent);
  }
}
