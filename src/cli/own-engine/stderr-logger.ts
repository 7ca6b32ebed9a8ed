import { ConsoleLogger, type LogLevel } from '@nestjs/common';

/** Nest's console logger, on standard error alone: standard output is the result's. */
export class StderrLogger extends ConsoleLogger {
  protected override printMessages(messages: unknown[], context?: string, logLevel?: LogLevel): void {
    super.printMessages(messages, context, logLevel, 'stderr');
  }
}
