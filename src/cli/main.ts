#!/usr/bin/env node
import { EXIT_CODES, StopSignals } from '../program/stop-signals.js';
import { dropFirstEngine } from '../inference/engine-launcher.js';
import { startEarlyEngine } from './edit/early-engine.js';

/** What went wrong on the way, where nobody else could tell it any more. */
function tell(error: unknown): number {
  const isExpected = error instanceof Error && 'exitCode' in error;
  const text = error instanceof Error ? ((isExpected ? null : error.stack) ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
  return 1;
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  startEarlyEngine(args);
  try {
    const { runEditCommand } = await import('./edit/command.js');
    return await runEditCommand(args, signal);
  } catch (error) {
    return tell(error);
  } finally {
    dropFirstEngine();
  }
}

const signals = new StopSignals();
const stop = new AbortController();
const ended = main(process.argv.slice(2), stop.signal);
signals.onStop(async (signal) => {
  stop.abort();
  await ended;
  return EXIT_CODES[signal];
});
process.exitCode = await ended;
