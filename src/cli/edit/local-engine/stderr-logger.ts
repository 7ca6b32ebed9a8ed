import { isatty } from 'node:tty';
import type { LogLevel } from '@nestjs/common';
import { ServiceLogger } from '../../../http/service-logger.js';

/** The service's logger, on standard error alone: standard output is the result's. */
export class StderrLogger extends ServiceLogger {
  constructor() {
    super({ level: 'info', format: 'text' });
    this.options.colors = isatty(2);
  }

  protected override printMessages(messages: unknown[], context?: string, logLevel?: LogLevel): void {
    super.printMessages(messages, context, logLevel, 'stderr');
  }
}
