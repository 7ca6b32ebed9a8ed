// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { NODE_FLAGS, PROGRAM } from './program-files.mjs';

/** The built program, started anew again and again. */
export class RestartedProgram {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #args;

  /** @param {readonly string[]} args a command and its arguments */
  constructor(args) {
    this.#args = args;
  }

  get wasStarted() {
    return this.#child !== undefined;
  }

  /** Starts it; one that runs is ended in order before. */
  async restart() {
    await this.end('SIGTERM');
    this.#child = spawn(process.execPath, [...NODE_FLAGS, PROGRAM, ...this.#args], { stdio: 'inherit' });
  }

  /**
   * Hands the signal on, and waits for the program's end.
   * @param {NodeJS.Signals} signal
   * @returns {Promise<number>} its exit code
   */
  async end(signal) {
    const child = this.#child;
    if (child === undefined) return 0;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    return child.exitCode ?? 128;
  }
}
