import { isatty } from 'node:tty';
import { ConsoleLogger, type LogLevel as NestLogLevel } from '@nestjs/common';
import type { LogLevel } from '../config/settings.js';

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

  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && WIRING.includes(context)) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}
