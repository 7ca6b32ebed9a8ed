import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { ApiKey } from './api-key.service.js';
import { BasicKeyStrategy } from './basic.strategy.js';
import { BearerKeyStrategy } from './bearer.strategy.js';
import { KeyGuard } from './key.guard.js';

@Module({
  imports: [PassportModule.register({ session: false })],
  providers: [ApiKey, BasicKeyStrategy, BearerKeyStrategy, { provide: APP_GUARD, useClass: KeyGuard }],
  exports: [ApiKey],
})
export class AuthModule {}
