// @ts-check
/** The GPUs' memory, as the stand-ins write it down. */
import { appendFileSync, openSync, readSync } from 'node:fs';

/**
 * What has happened since the last look: the highest use and the one now of each GPU, in bytes, and launches that no GPU accepts.
 * @typedef {{ peakBytes: number[], usedBytes: number[], badLaunches: string[] }} Look
 */

/** To be made before the runtime is loaded. */
export class MemoryLog {
  /** @type {number[]} */
  #used;
  /** @type {number} */
  #file;
  #position = 0;

  /**
   * @param {string} path of a file that is made
   * @param {number} gpus how many there are
   */
  constructor(path, gpus) {
    process.env['FAKE_LOG'] = path;
    appendFileSync(path, '');
    this.#file = openSync(path, 'r');
    this.#used = Array.from({ length: gpus }, () => 0);
  }

  /** A refused allocation is no fault yet: the runtime's arena asks again for less. @returns {Look} */
  look() {
    const peakBytes = [...this.#used];
    /** @type {string[]} */
    const badLaunches = [];
    for (const line of this.#lines()) {
      const changed = /^[MF] dev(\d+) \d+ used=(\d+)$/.exec(line);
      if (changed !== null) {
        const [gpu, bytes] = [Number(changed[1]), Number(changed[2])];
        this.#used[gpu] = bytes;
        peakBytes[gpu] = Math.max(peakBytes[gpu] ?? 0, bytes);
      } else if (line.startsWith('BADLAUNCH ')) badLaunches.push(line);
    }
    return { peakBytes, usedBytes: [...this.#used], badLaunches };
  }

  /** Every line is written whole before the runtime's call returns. */
  #lines() {
    const chunks = [];
    const buffer = Buffer.alloc(2 ** 16);
    for (
      let read;
      (read = readSync(this.#file, buffer, 0, buffer.length, this.#position)) > 0;
      this.#position += read
    ) {
      chunks.push(buffer.toString('latin1', 0, read));
    }
    return chunks.join('').split('\n');
  }
}
