// Builds what has changed and starts the service; RELOAD=true rebuilds and restarts it whenever a source file changes.
import { join } from 'node:path';
import { ROOT, runBuilt } from './support/run-built.mjs';

const service = join(ROOT, 'bundle', 'main.js');
const watch = [join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js'), 'start', '--watch'];
runBuilt(service, process.env.RELOAD === 'true' ? watch : [service]);
