import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ENGINE_ENTRY = fileURLToPath(new URL('../engine/main.js', import.meta.url));

let first: ChildProcess | undefined;

/**
 * Starts the first engine process before the API process has loaded its own code, so that both boot side by side. What the
 * engine says in the meantime is kept by the channel until somebody listens.
 */
export function launchFirstEngine(): void {
  first = launchEngine();
  // Who takes it looks whether it has started at all.
  first.on('error', () => undefined);
}

/** The engine process that was started ahead, or a new one. */
export function takeEngine(): ChildProcess {
  const engine = first ?? launchEngine();
  first = undefined;
  return engine;
}

function launchEngine(): ChildProcess {
  return fork(ENGINE_ENTRY, {
    // 'advanced' carries typed arrays as bytes; the parent's debugger and watch flags are not the engine's.
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // The key is the API process's alone.
    env: { ...process.env, API_KEY: undefined, ORT_DISABLE_TELEMETRY: '1' },
  });
}
