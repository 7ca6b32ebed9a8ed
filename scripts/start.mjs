// @ts-check
// Builds what has changed and starts the service; RELOAD=true rebuilds and restarts it whenever a source file changes.
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

// The service itself reads all of .env, and tells its faults (src/config/dot-env.ts).
const inFile = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8').replace(/^\uFEFF/, ''))['RELOAD'] : undefined;
if ((process.env['RELOAD'] ?? inFile) === 'true') {
  const { runReloading } = await import('./support/run-reloading.mjs');
  await runReloading(['serve']);
} else {
  const { runProgram } = await import('./support/run-program.mjs');
  await runProgram(['serve']);
}
