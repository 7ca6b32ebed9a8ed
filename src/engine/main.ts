import 'reflect-metadata';
import { setPriority } from 'node:os';
import { NestFactory } from '@nestjs/core';
import type { EngineCommand, EngineEvent } from '../protocol/engine-messages.js';
import { EngineModule } from './engine.module.js';
import { EngineService } from './engine.service.js';
import { endWithParent } from './parent-watch.js';

/**
 * Answers of the API process come before the model's work, which takes every core. The runtime's threads inherit it. Not the
 * least there is: beside other programs the model would get nearly nothing.
 */
const NICENESS = 5;

/** The engine process: forked by the API process, it ends with it. */
async function main(): Promise<void> {
  if (process.send === undefined) {
    process.stderr.write('The engine is started by the service: run qwen-image-edit serve (in a clone: npm start)\n');
    process.exitCode = 1;
    return;
  }
  process.on('disconnect', () => process.exit(0));
  setPriority(NICENESS);
  endWithParent();
  // Signals may reach the whole process group; the parent decides when the engine ends.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  const context = await NestFactory.createApplicationContext(EngineModule, { logger: ['error', 'warn'] });
  const engine = context.get(EngineService);
  // When the parent has gone the channel's end is told by 'disconnect'; a message that could not be sent needs no more.
  const tell = (event: EngineEvent): void => void process.send?.(event, undefined, undefined, () => undefined);
  process.on('message', (command: EngineCommand) => engine.handle(command, tell));
  tell({ type: 'started' });
}

await main();
