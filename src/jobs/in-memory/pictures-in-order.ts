import type { JobEvent } from '../job-event.js';
import { withoutSuperseded } from './superseded.js';

/**
 * Tells of a job's pictures in their order, though engines may make several side by side: of the first that isn't finished at once,
 * of the others once they have become the first. Results, and how far a job is, never go backwards.
 */
export class PicturesInOrder {
  private first = 0;
  /** What is still to be told, by picture. */
  private readonly held = new Map<number, readonly JobEvent[]>();

  /** @param tell is given the events in their order */
  constructor(private readonly tell: (event: JobEvent) => void) {}

  /** Something has happened to the job's picture `index`; `picture` is the last of it. */
  say(index: number, event: JobEvent): void {
    if (index !== this.first) {
      this.held.set(index, [...withoutSuperseded(this.held.get(index) ?? [], event), event]);
      return;
    }
    this.tell(event);
    if (event.type === 'picture') this.next();
  }

  private next(): void {
    this.first += 1;
    const events = this.held.get(this.first) ?? [];
    this.held.delete(this.first);
    for (const event of events) this.say(this.first, event);
  }
}
