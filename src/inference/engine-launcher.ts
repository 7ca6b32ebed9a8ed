import { type ChildProcess, fork } from 'node:child_process';
import type { Settings } from '../config/settings.js';
import { ENGINE_ENTRY } from '../program/program-files.js';
import { engineEnvironment } from './engine-environment.js';
import type { LoadRequest } from '../protocol/load-request.js';
import type { EngineCommand } from '../protocol/engine-messages.js';

let first: ChildProcess | undefined;

/**
 * Starts the first engine process before the API process has loaded its own code, so that both boot side by side. What
 * either says in the meantime is kept by the channel until the other listens.
 */
export function launchFirstEngine(settings: Settings): void {
  first = launchEngine(settings);
  // Who takes it looks whether it has started at all.
  first.on('error', () => undefined);
}

/** The engine process that was started ahead, or a new one. */
export function takeEngine(settings: Settings): ChildProcess {
  const engine = first ?? launchEngine(settings);
  first = undefined;
  return engine;
}

/** Ends the engine process that was started ahead, if nobody has taken it. */
export function dropFirstEngine(): void {
  first?.kill('SIGKILL');
  first = undefined;
}

/** Starts an engine process and has it load the checkpoint. */
function launchEngine(settings: Settings): ChildProcess {
  const { modelDir, deviceMap, precision, limits, quantizedCache } = settings;
  const engine = fork(ENGINE_ENTRY, {
    // 'advanced' carries typed arrays as bytes; the parent's debugger and watch flags are not the engine's.
    serialization: 'advanced',
    execArgv: [],
    // What the parent writes to its standard output is its own.
    stdio: ['ignore', 2, 2, 'ipc'],
    env: engineEnvironment(),
  });
  // A process that could not be started tells its listener so; there is nothing to do about the message.
  const request: LoadRequest = { modelDir, deviceMap, precision, outputPixels: limits.maxOutputPixels, quantizedCache };
  engine.send({ type: 'load', request } satisfies EngineCommand, () => undefined);
  return engine;
}
