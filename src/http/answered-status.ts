import type { Response } from 'express';

/** nginx' status for a client that left before its answer. */
const CLIENT_CLOSED_REQUEST = 499;

/** The status of an answer that is over, whether it was sent or not. */
export function answeredStatus(response: Response): number {
  return response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST;
}
