import { setTimeout as pause } from 'node:timers/promises';
import type { NextFunction, Request, Response } from 'express';
import { onClose } from './on-close.js';

const CHECK_MILLISECONDS = 20;

/** Counts the requests that are not answered to their end yet. */
export class ActiveResponses {
  private count = 0;

  /** express middleware */
  readonly watch = (_request: Request, response: Response, next: NextFunction): void => {
    this.count += 1;
    onClose(response, () => (this.count -= 1));
    next();
  };

  /** Resolves when every answer is sent, or after that many seconds. */
  async done(seconds: number): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (this.count > 0 && performance.now() < end) await pause(CHECK_MILLISECONDS);
  }
}
