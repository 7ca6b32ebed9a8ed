import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { BasicStrategy } from 'passport-http';
import { ApiKey } from './api-key.service.js';
import { basicPassword } from './authorization-header.js';

/** What passport-http gets to see in place of the real header: some user, some password. */
const STAND_IN = `Basic ${Buffer.from('user:password').toString('base64')}`;

/**
 * HTTP Basic with any user name, or none, and the key as the password.
 * passport-http cuts the password at a colon and refuses an empty user before it verifies anything, so it parses a
 * stand-in, and the verify step reads the header itself.
 */
@Injectable()
export class BasicKeyStrategy extends PassportStrategy(BasicStrategy, 'basic') {
  constructor(private readonly apiKey: ApiKey) {
    super({ realm: 'qwen-image-edit', passReqToCallback: true });
  }

  override authenticate(request: Request): void {
    const password = basicPassword(request.headers.authorization);
    const headers = { authorization: password === null ? undefined : STAND_IN };
    super.authenticate(
      Object.create(request, { headers: { value: headers }, original: { value: request } }) as Request,
    );
  }

  validate({ original }: { readonly original: Request }): boolean {
    const password = basicPassword(original.headers.authorization);
    return password !== null && this.apiKey.matches(password);
  }
}
