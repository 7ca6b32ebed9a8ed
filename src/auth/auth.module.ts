import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKey } from './api-key.service.js';
import { Authenticator } from './authenticator.service.js';
import { BasicKeyStrategy } from './basic.strategy.js';
import { BearerKeyStrategy } from './bearer.strategy.js';
import { KeyGuard } from './key.guard.js';

@Module({
  providers: [ApiKey, Authenticator, BasicKeyStrategy, BearerKeyStrategy, { provide: APP_GUARD, useClass: KeyGuard }],
  exports: [ApiKey, Authenticator],
})
export class AuthModule {}
