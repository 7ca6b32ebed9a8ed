import { type ChildProcess, fork } from 'node:child_process';
import { ENGINE_ENTRY } from '../program/program-files.js';
import { engineEnvironment } from './engine-environment.js';
import type { LoadRequest } from '../protocol/load-request.js';
import type { EngineCommand } from '../protocol/engine-messages.js';

let first: ChildProcess | undefined;

/**
 * Starts the first engine process before the API process has loaded its own code, so that both boot side by side. What
 * either says in the meantime is kept by the channel until the other listens.
 */
export function launchFirstEngine(request: LoadRequest): void {
  first = launchEngine(request);
  // EngineProcess, which takes it, looks whether it has started at all.
  first.on('error', () => undefined);
}

/** The engine process that was started ahead, or a new one. */
export function takeEngine(request: LoadRequest): ChildProcess {
  const engine = first ?? launchEngine(request);
  first = undefined;
  return engine;
}

/** Ends the engine process that was started ahead, if it was not taken. */
export function dropFirstEngine(): void {
  first?.kill('SIGKILL');
  first = undefined;
}

/** Starts an engine process and has it load the checkpoint. */
function launchEngine(request: LoadRequest): ChildProcess {
  const engine = fork(ENGINE_ENTRY, {
    // 'advanced' carries typed arrays as bytes; the parent's debugger and watch flags are not the engine's.
    serialization: 'advanced',
    execArgv: [],
    // What the parent writes to its standard output is its own.
    stdio: ['ignore', 2, 2, 'ipc'],
    env: engineEnvironment(),
  });
  // A process that could not be started tells its listener so; there is nothing to do about the message.
  engine.send({ type: 'load', request } satisfies EngineCommand, () => undefined);
  return engine;
}
