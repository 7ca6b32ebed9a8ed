import { dropFirstEngine } from '../../inference/engine-launcher.js';
import { EXIT_CODES, StopSignals } from '../../program/stop-signals.js';
import { startEarlyEngine } from '../edit/early-engine.js';
import { tell } from '../tell.js';

/** `qwen-image-edit edit`: edits pictures, with an engine of its own or a running service. */
export async function run(args: readonly string[]): Promise<number> {
  // It makes one edit after the other.
  process.env['ENGINES'] = '1';
  const signals = new StopSignals();
  const stop = new AbortController();
  const ended = edit(args, stop.signal);
  signals.onStop(async (signal) => {
    stop.abort();
    await ended;
    return EXIT_CODES[signal];
  });
  return ended;
}

async function edit(args: readonly string[], signal: AbortSignal): Promise<number> {
  startEarlyEngine(args);
  try {
    const { runEditCommand } = await import('../edit/edit-command.js');
    return await runEditCommand(args, signal);
  } catch (error) {
    return tell(error);
  } finally {
    dropFirstEngine();
  }
}
