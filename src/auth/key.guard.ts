import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Authenticator } from './authenticator.service.js';
import { IS_PUBLIC } from './public.decorator.js';

/** Lets a request pass when its route is public, or the authenticator lets it in. */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly reflector: Reflector,
  ) {}

  /** @throws ApiError 401 */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(IS_PUBLIC, [context.getHandler(), context.getClass()])) return true;
    await this.authenticator.authenticate(context.switchToHttp().getRequest<Request>());
    return true;
  }
}
