import { isatty } from 'node:tty';
import { ConsoleLogger, type LogLevel as NestLogLevel } from '@nestjs/common';
import type { LogLevel } from '../config/settings.js';
import { batchWrites } from './batched-writes.js';

const NEST_LEVELS: Record<LogLevel, NestLogLevel[]> = {
  debug: ['debug', 'verbose', 'log', 'warn', 'error', 'fatal'],
  info: ['log', 'warn', 'error', 'fatal'],
  warning: ['warn', 'error', 'fatal'],
  error: ['error', 'fatal'],
};

/** Nest's account of how it wires modules and routes: of interest to developers alone. */
const WIRING = ['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication'];

/** Nest's console logger with the service's levels, and without the framework's start-up lines unless debugging. */
export class ServiceLogger extends ConsoleLogger {
  constructor(level: LogLevel) {
    super({ logLevels: NEST_LEVELS[level], colors: isatty(1) });
  }

  /** A line a request: under load, writing each by itself is a good part of what a request costs. */
  protected override printMessages(...parameters: Parameters<ConsoleLogger['printMessages']>): void {
    batchWrites(parameters[3] === 'stderr' ? process.stderr : process.stdout);
    super.printMessages(...parameters);
  }

  /** One form in every locale, which log collectors read, and much cheaper to make than a local one. */
  protected override getTimestamp(): string {
    return new Date().toISOString();
  }

  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && WIRING.includes(context)) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}
