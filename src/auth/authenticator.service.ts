import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Request, RequestHandler, Response } from 'express';
import passport, { type AuthenticateCallback } from 'passport';
import { ApiKey } from './api-key.service.js';
import { unauthorized } from './unauthorized.js';

declare module '../http/request-context.js' {
  interface RequestContext {
    /** The request has presented the key, or none is asked for. */
    isAuthenticated?: true;
  }
}

/** Under these names BasicKeyStrategy and BearerKeyStrategy are known to passport. */
const STRATEGIES = ['basic', 'bearer'];

/**
 * Asks passport whether a request presents the key, as Basic password or as Bearer token: for Nest's routes (KeyGuard), and for
 * what is decided or served ahead of them.
 */
@Injectable()
export class Authenticator {
  constructor(private readonly apiKey: ApiKey) {}

  /**
   * A request that was let in once is not asked again.
   * @throws ApiError 401 when there is a key and the request doesn't present it
   */
  async authenticate(request: Request): Promise<void> {
    if (request.context.isAuthenticated === true) return;
    await this.check(request.headers);
    request.context.isAuthenticated = true;
  }

  /** @throws ApiError 401 when there is a key and the headers don't present it */
  async check(headers: IncomingHttpHeaders): Promise<void> {
    if (this.apiKey.isSet && !(await presentsKey(headers))) throw unauthorized(headers);
  }

  /** express middleware */
  readonly middleware: RequestHandler = (request, _response, next) => {
    this.authenticate(request).then(() => next(), next);
  };
}

function presentsKey(headers: IncomingHttpHeaders): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const decide: AuthenticateCallback = (error, user) => {
      if (error instanceof Error) reject(error);
      else resolve(Boolean(user));
    };
    const check = passport.authenticate(STRATEGIES, { session: false }, decide) as RequestHandler;
    // Passport adds functions of its own to the request, which takes long where it is express': it gets the headers alone.
    // It answers nothing, where it is asked by a callback.
    void check({ headers } as Request, {} as Response, reject);
  });
}
