import { randomUUID } from 'node:crypto';
import type { CommonRedisOptions, Redis } from 'ioredis';
import type { RedisSettings } from '../config/settings.js';
import { ChannelWatch } from './channel-watch.js';
import { KEY_PREFIX } from './key-prefix.js';
import { RedisHealth } from './redis-health.js';
import { WatchedRedis } from './watched-redis.js';

/** After so long a reconnection is tried again at the latest. */
const LONGEST_PAUSE_MILLISECONDS = 1000;
/** A command that is answered no sooner has failed for its caller: Redis hangs, or the network. */
const COMMAND_SECONDS = 5;
const CONNECT_SECONDS = 5;
/** What is written to see whether Redis takes anything lies there for so long. */
const PROBE_MILLISECONDS = 1000;

/** In what uses of connections differ. */
type OwnOption = 'autoResendUnfulfilledCommands' | 'commandTimeout' | 'enableOfflineQueue' | 'maxRetriesPerRequest';

/** This process's connections, each for one kind of use. */
export class RedisClients {
  /** This process, as others see it. */
  readonly processId = randomUUID();
  readonly watch: ChannelWatch;
  /** A process that was not heard of for so long counts as gone. */
  readonly lostSeconds: number;
  /** For callers, which must not wait for long: a command fails at once while there is no connection. */
  readonly callers: Redis;
  /** For workers, whose reports must not be lost: commands wait until there is a connection again. */
  readonly workers: Redis;
  /** Hears what happens to jobs. */
  readonly subscriber: Redis;
  /** Waits for work. */
  readonly blocking: Redis;
  /** The blocking connection as Redis knows it; null while that isn't known. */
  blockingId: number | null = null;
  /** Whether Redis does what these connections ask of it. */
  readonly health: RedisHealth;
  private readonly all: Redis[] = [];
  private closed = false;

  /** @param prefix all keys begin with it */
  constructor(
    { url, lostSeconds }: RedisSettings,
    readonly prefix = KEY_PREFIX,
  ) {
    this.lostSeconds = lostSeconds;
    this.health = new RedisHealth(() => this.takesWrites());
    const patient = { maxRetriesPerRequest: null };
    this.callers = this.open(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: COMMAND_SECONDS * 1000,
    });
    this.workers = this.open(url, patient);
    this.subscriber = this.open(url, patient);
    this.watch = new ChannelWatch(this.subscriber);
    this.blocking = this.open(url, patient);
    this.blocking.on('close', () => (this.blockingId = null));
    this.blocking.on('ready', () => {
      this.blocking.client('ID').then(
        (id) => (this.blockingId = id),
        () => undefined,
      );
    });
  }

  /** Commands of callers are answered. */
  get isReady(): boolean {
    return this.callers.status === 'ready';
  }

  /** Resolves once all are connected. */
  async ready(): Promise<void> {
    await Promise.all(this.all.map((client) => connected(client)));
  }

  /** The process ends. */
  get isClosed(): boolean {
    return this.closed;
  }

  close(): void {
    this.closed = true;
    this.health.close();
    for (const client of this.all) client.disconnect();
  }

  private open(url: string, options: Pick<CommonRedisOptions, OwnOption>): Redis {
    const client = new WatchedRedis(
      url,
      {
        ...options,
        connectTimeout: CONNECT_SECONDS * 1000,
        retryStrategy: (times) => Math.min(LONGEST_PAUSE_MILLISECONDS, 50 * 2 ** Math.min(times, 10)),
      },
      (error) => this.noteFailure(error),
    );
    client.on('error', (error: Error) => {
      this.health.connectionFailed(error.message);
      // The client would go on with database 0, which may be another installation's.
      if (error.message.includes('DB index')) for (const other of this.all) other.disconnect();
    });
    client.on('ready', () => void this.health.look());
    this.all.push(client);
    return client;
  }

  /** Whether all connections are there, and Redis does a small write. */
  private async takesWrites(): Promise<boolean> {
    if (this.all.some(({ status }) => status !== 'ready')) return false;
    await this.callers.set(`${this.prefix}probe`, 1, 'PX', PROBE_MILLISECONDS);
    return true;
  }

  /** What is still asked when the process ends is no fault. */
  private noteFailure(error: unknown): void {
    if (!this.closed) this.health.commandFailed(error);
  }
}

function connected(client: Redis): Promise<void> {
  return client.status === 'ready'
    ? Promise.resolve()
    : new Promise((resolve) => client.once('ready', () => resolve()));
}
