import { Bell } from './bell.js';
import type { JobEnds } from './job-ends.js';

/** Rings when a job has ended, or may have. */
export interface EndBell {
  readonly bell: Bell;
  /** It rings no longer. */
  readonly stop: () => void;
}

interface HeldJob extends EndBell {
  count: number;
}

/** Jobs that callers of this process hold, and how often. */
export class HeldJobs {
  private readonly jobs = new Map<string, HeldJob>();
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly ends: JobEnds) {}

  get ids(): readonly string[] {
    return [...this.jobs.keys()];
  }

  get isEmpty(): boolean {
    return this.jobs.size === 0;
  }

  /** Of a job of this name that is about to be there. */
  listen(id: string): EndBell {
    const bell = new Bell();
    return { bell, stop: this.ends.on(id, () => bell.ring()) };
  }

  /** @param end what has listened since before the job was there; by default nothing: it may have ended */
  add(id: string, end?: EndBell): void {
    const held = this.jobs.get(id);
    if (held !== undefined) {
      held.count += 1;
      end?.stop();
    } else {
      const { bell, stop } = end ?? this.listen(id);
      if (end === undefined) bell.ring();
      this.jobs.set(id, { bell, stop, count: 1 });
    }
    for (const listener of this.listeners) listener();
  }

  /** False when it isn't held. */
  remove(id: string): boolean {
    const held = this.jobs.get(id);
    if (held === undefined) return false;
    held.count -= 1;
    if (held.count > 0) return true;
    held.stop();
    this.jobs.delete(id);
    return true;
  }

  /** Rings when the job has ended, or may have; undefined: it isn't held. */
  bell(id: string): Bell | undefined {
    return this.jobs.get(id)?.bell;
  }

  /** Calls it whenever one is held. */
  onAdd(listener: () => void): void {
    this.listeners.push(listener);
  }
}
