import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { BasicStrategy } from 'passport-http';
import { ApiKey } from './api-key.service.js';
import { basicPassword } from './authorization-header.js';

/** What passport-http gets to see in place of the real header: some user, some password. */
const STAND_IN = `Basic ${Buffer.from('user:password').toString('base64')}`;

/** What passport-http reads of a request, and the password that came in it; null when it came with none. */
interface StandIn extends Request {
  readonly password: Buffer | null;
}

/**
 * HTTP Basic with any user name, or none, and the key as the password.
 * passport-http cuts the password at a colon and refuses an empty user before it verifies anything, so the header is read
 * here, and passport-http parses a stand-in.
 */
@Injectable()
export class BasicKeyStrategy extends PassportStrategy(BasicStrategy, 'basic') {
  constructor(private readonly apiKey: ApiKey) {
    super({ realm: 'qwen-image-edit', passReqToCallback: true });
  }

  override authenticate(request: Request): void {
    const password = basicPassword(request.headers.authorization);
    const headers = { authorization: password === null ? undefined : STAND_IN };
    super.authenticate({ headers, password } as StandIn);
  }

  validate({ password }: StandIn): boolean {
    return password !== null && this.apiKey.matches(password);
  }
}
