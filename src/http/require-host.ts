import type { NextFunction, Request, Response } from 'express';
import { invalidInput } from './errors/api-error.js';

/**
 * RFC 9112, 3.2: a request of HTTP/1.1 carries Host once. Node.js refuses one without it in its own words, and lets a second
 * one pass; see limitServer, which leaves both to this.
 */
export function requireHost(request: Request, _response: Response, next: NextFunction): void {
  const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  const isRight = hosts === 1 || (hosts === 0 && request.httpVersion === '1.0');
  next(isRight ? undefined : invalidInput('The request must carry the header Host once'));
}
