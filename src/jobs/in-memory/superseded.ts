import type { JobEvent } from '../job-event.js';

/** Of these only the latest matters to a reader that comes later. */
const SUPERSEDED: readonly JobEvent['type'][] = ['queued', 'progress', 'preview'];

/** What of a history is left when `latest` comes. */
export function withoutSuperseded<Event extends JobEvent>(events: readonly Event[], latest: JobEvent): Event[] {
  return events.filter(({ type }) => !isSupersededBy(type, latest.type));
}

function isSupersededBy(old: JobEvent['type'], latest: JobEvent['type']): boolean {
  return (SUPERSEDED.includes(old) && old === latest) || (old === 'preview' && latest === 'picture');
}
