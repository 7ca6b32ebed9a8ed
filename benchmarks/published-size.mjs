// @ts-check
/**
 * Opens a checkpoint of the published size and builds all of its graphs, and prints what that took.
 *
 *     node benchmarks/published-size.mjs [FOLDER] [--release edit|2509|2511] [--json]
 *
 * Without FOLDER a sparse checkpoint in that release's form is made in a temporary folder.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeSparseCheckpoint } from '../scripts/make-sparse-checkpoint.mjs';
import { register } from 'tsx/esm/api';

register();
const { openEditCheckpoint } = await import('../src/engine/open-edit-checkpoint.js');
const { buildGraphs } = await import('../src/graph/checkpoint-graphs.js');

/** Linux counts to a new program's largest size what the process that started it had then: its own is told elsewhere. */
function peakKilobytes() {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
}

/** What the process has read so far; null where the system doesn't count it. */
function readMegabytes() {
  const counts = process.platform === 'linux' ? readFileSync('/proc/self/io', 'utf8') : '';
  const [, bytes] = /^rchar: (\d+)$/m.exec(counts) ?? [];
  return bytes === undefined ? null : Number(bytes) / 1e6;
}

/** @param {string} folder */
async function measure(folder) {
  const readBefore = readMegabytes();
  const start = performance.now();
  const checkpoint = await openEditCheckpoint(folder);
  const opened = performance.now();
  const { models, unexpected } = buildGraphs(checkpoint, 'float32');
  const built = performance.now();
  const read = readMegabytes();
  const indices = [checkpoint.transformer.tensors, checkpoint.textEncoder.tensors, checkpoint.vae.tensors];
  const entries = indices.flatMap((tensors) => [...tensors.names()].map((name) => tensors.get(name)));
  return {
    openSeconds: (opened - start) / 1000,
    graphSeconds: (built - opened) / 1000,
    readMegabytes: read === null || readBefore === null ? null : read - readBefore,
    peakMegabytes: peakKilobytes() / 1000,
    tensors: entries.length,
    weightBytes: entries.reduce((sum, entry) => sum + (entry?.length ?? 0), 0),
    files: new Set(entries.map((entry) => entry?.file)).size,
    largestOffset: Math.max(...entries.map((entry) => entry?.offset ?? 0)),
    graphBytes: Object.fromEntries(Object.entries(models).map(([name, bytes]) => [name, bytes.length])),
    unexpected,
  };
}

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { release: { type: 'string', default: 'edit' }, json: { type: 'boolean', default: false } },
  });
  const [given] = positionals;
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'published-size-')));
  try {
    const size = given === undefined ? await makeSparseCheckpoint(folder, values.release) : null;
    const result = { ...(await measure(folder)), ...size };
    if (values.json) {
      console.log(JSON.stringify(result));
    } else {
      console.log(
        `${(result.weightBytes / 1e9).toFixed(1)} GB in ${result.tensors} tensors, ${result.files} files, ` +
          `offsets up to ${(result.largestOffset / 1e9).toFixed(2)} GB`,
      );
      console.log(`opened in ${result.openSeconds.toFixed(2)} s, graphs built in ${result.graphSeconds.toFixed(2)} s`);
      if (result.readMegabytes !== null) console.log(`read ${result.readMegabytes.toFixed(1)} MB`);
      console.log(`peak resident memory ${result.peakMegabytes.toFixed(0)} MB`);
    }
  } finally {
    if (given === undefined) {
      await rm(folder, { recursive: true });
    }
  }
}

await main();
