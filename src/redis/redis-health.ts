import { Logger } from '@nestjs/common';
import { REDIS_FAULTS, type RedisFault, redisFault } from './redis-fault.js';

const FAULTS = Object.keys(REDIS_FAULTS) as RedisFault[];
/** Between two looks at whether it is over. */
const LOOK_MILLISECONDS = 1000;

/**
 * Whether Redis does what it is asked. A fault is told once, however many commands meet it, and its end once; how many have met
 * it is counted.
 */
export class RedisHealth {
  private readonly logger = new Logger('Redis');
  private readonly failed = new Map<RedisFault, number>();
  private readonly now = new Set<RedisFault>();
  /** What was told of what goes on. */
  private readonly told = new Set<string>();
  private since: number | null = null;
  private failedSince = 0;
  private timer: NodeJS.Timeout | undefined;
  private isLooking = false;

  /** @param takesWrites whether Redis does what it is asked, writes too: a full one still answers what is read */
  constructor(private readonly takesWrites: () => Promise<boolean>) {}

  /** Of each fault: whether it goes on, and how many commands have met it, its own looks among them. */
  get figures(): readonly { readonly fault: RedisFault; readonly isNow: boolean; readonly commands: number }[] {
    return FAULTS.map((fault) => ({ fault, isNow: this.now.has(fault), commands: this.failed.get(fault) ?? 0 }));
  }

  /** A command has failed: with a fault of Redis's, or for what it asked. */
  commandFailed(error: unknown): void {
    const fault = redisFault(error);
    if (fault === null) return;
    this.begin(fault);
    this.failed.set(fault, (this.failed.get(fault) ?? 0) + 1);
    this.failedSince += 1;
    // Why a connection is lost is told by the connection.
    if (fault !== 'away') this.tell(REDIS_FAULTS[fault]);
  }

  /** A connection can't be made, or is lost. */
  connectionFailed(message: string): void {
    this.begin('away');
    this.tell(`Redis can't be reached: ${message}`);
  }

  /** Looks whether it is over, if anything is wrong. */
  async look(): Promise<void> {
    if (this.since === null || this.isLooking) return;
    this.isLooking = true;
    const isWell = await this.takesWrites().catch(() => false);
    this.isLooking = false;
    if (isWell) this.end();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private tell(text: string): void {
    if (this.told.has(text)) return;
    this.told.add(text);
    this.logger.error(text);
  }

  private begin(fault: RedisFault): void {
    this.now.add(fault);
    if (this.since !== null) return;
    this.since = performance.now();
    this.failedSince = 0;
    this.timer = setInterval(() => void this.look(), LOOK_MILLISECONDS);
    this.timer.unref();
  }

  private end(): void {
    const seconds = (performance.now() - (this.since ?? NaN)) / 1000;
    clearInterval(this.timer);
    this.since = null;
    this.now.clear();
    // What came before the first connection was there is no news.
    if (this.told.size > 0) {
      this.logger.log(`Redis works again, after ${seconds.toFixed(1)} s; ${this.failedSince} commands have failed`);
    }
    this.told.clear();
  }
}
