// @ts-check
// Builds what has changed and starts the service; RELOAD=true rebuilds and restarts it whenever a source file changes.
import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { endWithBuildErrors } from './support/program-build.mjs';

if (existsSync('.env')) loadEnvFile('.env');
if (process.env['RELOAD'] === 'true') {
  const { runReloading } = await import('./support/run-reloading.mjs');
  await runReloading(['serve']);
} else {
  const { runProgram } = await import('./support/run-program.mjs');
  await runProgram(['serve']).catch(endWithBuildErrors);
}
