// @ts-check
/** Memory in use on the first GPU, as the driver tells. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const MEBIBYTE = 2 ** 20;
const SAMPLE_MILLISECONDS = 200;

/**
 * Watches until told to stop.
 * @returns {() => number} stops, and gives the most bytes in use above what was at the start; NaN without a GPU's driver
 */
export function watchGpuMemory() {
  const query = [
    '--query-gpu=memory.used',
    '--format=csv,noheader,nounits',
    `--loop-ms=${SAMPLE_MILLISECONDS}`,
    '--id=0',
  ];
  const child = spawn('nvidia-smi', query, { stdio: ['ignore', 'pipe', 'ignore'] });
  let first = NaN;
  let peak = NaN;
  // Without the program there is nothing to watch.
  child.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const bytes = Number(line) * MEBIBYTE;
    if (Number.isNaN(first)) first = peak = bytes;
    peak = Math.max(peak, bytes);
  });
  return () => {
    child.kill();
    return peak - first;
  };
}
