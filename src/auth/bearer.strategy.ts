import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy as BearerStrategy } from 'passport-http-bearer';
import { ApiKey } from './api-key.service.js';
import { bearerToken } from './authorization-header.js';

/**
 * `Authorization: Bearer KEY`. The strategy would also take a key from the query or the body; a key in a URL ends up in
 * logs, so it gets to see the header alone.
 */
@Injectable()
export class BearerKeyStrategy extends PassportStrategy(BearerStrategy, 'bearer') {
  constructor(private readonly apiKey: ApiKey) {
    super();
  }

  override authenticate(request: Request): void {
    const token = bearerToken(request.headers.authorization);
    const authorization = token === null ? undefined : `Bearer ${token.toString('base64url')}`;
    super.authenticate({ headers: { authorization } } as Request);
  }

  validate(encodedToken: string): boolean {
    return this.apiKey.matches(Buffer.from(encodedToken, 'base64url'));
  }
}
