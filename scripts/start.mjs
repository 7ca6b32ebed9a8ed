// Starts the built service; RELOAD=true rebuilds and restarts it whenever a source file changes.
import { spawn } from 'node:child_process';

const reload = process.env.RELOAD === 'true';
const [command, args] = reload
  ? [process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'start', '--watch']]
  : [process.execPath, ['bundle/main.js']];
const child = spawn(command, args, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 128);
});
