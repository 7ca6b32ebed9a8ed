import { Counter, Gauge, type Registry } from 'prom-client';

/** What is told of a fault of Redis when it is asked for. */
export interface RedisFaultFigures {
  readonly fault: string;
  readonly isNow: boolean;
  readonly commands: number;
}

/**
 * The metrics of Redis's faults. A process without Redis has them, too, without values: dashboards and alerts find their names.
 * @param figures asked at each scrape
 */
export function addRedisFaults(registers: Registry[], figures: () => readonly RedisFaultFigures[]): void {
  new Gauge({
    name: 'qwen_edit_redis_fault',
    help: '1 while Redis does not do what it is asked, by what is wrong (away, silent, loading, full, read_only)',
    labelNames: ['fault'] as const,
    registers,
    collect() {
      for (const { fault, isNow } of figures()) this.set({ fault }, isNow ? 1 : 0);
    },
  });
  new Counter({
    name: 'qwen_edit_redis_failed_commands_total',
    help: 'Commands that Redis has not done, by what was wrong',
    labelNames: ['fault'] as const,
    registers,
    collect() {
      this.reset();
      for (const { fault, commands } of figures()) this.inc({ fault }, commands);
    },
  });
}
