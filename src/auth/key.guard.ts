import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { ApiKey } from './api-key.service.js';
import { IS_PUBLIC } from './public.decorator.js';
import { unauthorized } from './unauthorized.js';

/** Lets a request pass when the service has no key, the route is public, or Basic or Bearer presents the key. */
@Injectable()
export class KeyGuard extends AuthGuard(['basic', 'bearer']) {
  constructor(
    private readonly apiKey: ApiKey,
    private readonly reflector: Reflector,
  ) {
    super({ session: false });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!this.apiKey.isSet) return true;
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    return (await super.canActivate(context)) as boolean;
  }

  override handleRequest<User>(error: unknown, user: User, _info: unknown, context: ExecutionContext): User {
    if (error instanceof Error) throw error;
    if (!user) throw unauthorized(context.switchToHttp().getRequest<Request>());
    return user;
  }
}
