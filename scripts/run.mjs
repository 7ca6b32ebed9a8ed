// @ts-check
// Runs a command of the program from a clone: builds first what has changed since the last time.
import { runProgram } from './support/run-program.mjs';

await runProgram(process.argv.slice(2));
