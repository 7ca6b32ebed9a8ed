import { isatty } from 'node:tty';
import { ConsoleLogger, type LogLevel as NestLogLevel } from '@nestjs/common';
import type { LogLevel, LoggingSettings } from '../config/settings.js';
import { batchWrites } from './batched-writes.js';
import { type LogFields, logLine } from '../program/log-fields.js';

const NEST_LEVELS: Record<LogLevel, NestLogLevel[]> = {
  debug: ['debug', 'verbose', 'log', 'warn', 'error', 'fatal'],
  info: ['log', 'warn', 'error', 'fatal'],
  warning: ['warn', 'error', 'fatal'],
  error: ['error', 'fatal'],
};

/** What LOG_LEVEL and log collectors call Nest's levels, where they call them otherwise. */
const LEVEL_NAMES: Readonly<Partial<Record<NestLogLevel, string>>> = { log: 'info', warn: 'warning', verbose: 'debug' };

/** Nest's account of how it wires modules and routes: of interest to developers alone. */
const WIRING = ['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory', 'NestApplication'];

/**
 * Nest's console logger with the service's levels, and without the framework's start-up lines unless debugging. A message may
 * come with fields: in text they are the whole line, in JSON they are keys beside `message`.
 */
export class ServiceLogger extends ConsoleLogger {
  constructor({ level, format }: LoggingSettings) {
    super({
      logLevels: NEST_LEVELS[level],
      ...(format === 'json' ? { json: true } : { colors: isatty(1) }),
      structuredParams: true,
      flattenParams: true,
    });
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

  protected override formatMessage(...parameters: Parameters<ConsoleLogger['formatMessage']>): string {
    const [level, message, pid, levelText, context, timestampDiff, fields] = parameters;
    const text = fields === undefined ? message : logLine(fields as LogFields);
    return super.formatMessage(level, text, pid, levelText, context, timestampDiff);
  }

  protected override stringifyJsonLogObject(line: Readonly<Record<string, unknown>>): string {
    const level = line['level'] as NestLogLevel;
    return super.stringifyJsonLogObject({
      ...line,
      level: LEVEL_NAMES[level] ?? level,
      timestamp: this.getTimestamp(),
    });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && WIRING.includes(context)) this.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}
