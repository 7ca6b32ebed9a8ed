import type { Request } from 'express';
import { invalidInput } from '../../../http/errors/api-error.js';

/**
 * The number of the last event that the reader has seen; 0 for none.
 * @throws ApiError 400
 */
export function lastEventNumber(request: Request): number {
  const id = request.get('last-event-id') ?? '';
  if (id === '') return 0;
  if (!/^\d{1,9}$/.test(id)) throw invalidInput("Last-Event-ID must be an event's id");
  return Number(id);
}
