// Runs the command line from a clone: builds first what has changed since the last time.
import { join } from 'node:path';
import { ROOT, runBuilt } from './support/run-built.mjs';

const command = join(ROOT, 'bundle', 'cli', 'main.js');
runBuilt(command, [command, ...process.argv.slice(2)]);
