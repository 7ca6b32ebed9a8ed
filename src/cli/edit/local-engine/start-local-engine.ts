import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { Editor } from '../editor.js';
import { LocalEngine } from './local-engine.service.js';
import { LocalEngineModule } from './local-engine.module.js';
import { StderrLogger } from './stderr-logger.js';

/**
 * @param maxInputBytes of one picture's file
 * @param isVerbose the service's log goes to standard error
 */
export async function startLocalEngine(maxInputBytes: number, isVerbose: boolean): Promise<Editor> {
  const context = await NestFactory.createApplicationContext(LocalEngineModule.register(), {
    logger: isVerbose ? new StderrLogger() : false,
    abortOnError: false,
  });
  const engine = context.get(LocalEngine);
  return {
    maxInputBytes,
    edit: (request, signal) => engine.edit(request, signal),
    close: () => context.close(),
  };
}
