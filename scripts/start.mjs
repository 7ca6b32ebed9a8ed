// Builds what has changed and starts the service; RELOAD=true rebuilds and restarts it whenever a source file changes.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadEnvFile } from 'node:process';
import { ROOT, runBuilt } from './support/run-built.mjs';
import { SERVICE } from './support/service-command.mjs';

if (existsSync('.env')) loadEnvFile('.env');
// A shell between the two would keep signals from the service.
const watch = [join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'start', '--watch', '--no-shell'];
runBuilt(join(ROOT, 'bundle', 'main.js'), process.env.RELOAD === 'true' ? watch : SERVICE);
