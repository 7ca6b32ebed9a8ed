import 'reflect-metadata';
import { getPriority, setPriority } from 'node:os';
import { NestFactory } from '@nestjs/core';
import type { EngineCommand, EngineEvent } from '../protocol/engine-messages.js';
import { EngineModule } from './engine.module.js';
import { EngineService } from './engine.service.js';
import { endWithParent } from './parent-watch.js';

/** By how much the model's work comes after the API process. Not the most there is: beside other programs it would get nearly nothing. */
const NICER = 5;
const NICEST = 19;

/**
 * Answers of the API process come before the model's work, which takes every core. The runtime's threads inherit it. Counted from
 * what the service was started with (nice, systemd's Nice=): nobody but root may ask for less. Where a sandbox allows none of it
 * the engine works all the same.
 */
function giveWay(): void {
  try {
    setPriority(Math.min(getPriority() + NICER, NICEST));
  } catch {
    return;
  }
}

/** The engine process: forked by the API process, it ends with it. */
async function main(): Promise<void> {
  if (process.send === undefined) {
    process.stderr.write('The engine is started by the service: run qwen-image-edit serve (in a clone: npm start)\n');
    process.exitCode = 1;
    return;
  }
  process.on('disconnect', () => process.exit(0));
  giveWay();
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
