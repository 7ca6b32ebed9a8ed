// @ts-check
/** A checkpoint with random weights, written as fast as the disk takes it. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distribution, makeRandomCheckpoint } from '../../scripts/make-random-checkpoint.mjs';
import { writeJson, writeShards } from '../../scripts/make-sparse-checkpoint.mjs';
import { drawNormals, toBfloat16 } from '../../scripts/support/random-normals.mjs';

/** Values that are drawn of each spread; tensors repeat them, each from a place of its own. */
const POOL = 2 ** 22;

/** @type {Map<string, Uint8Array>} */
const pools = new Map();

/** @param {number} mean @param {number} deviation */
function poolOf(mean, deviation) {
  const key = `${mean} ${deviation}`;
  const known = pools.get(key);
  if (known !== undefined) return known;
  const values = drawNormals(key)(POOL, (normal) => toBfloat16(mean + deviation * normal));
  const pool = new Uint8Array(values.buffer);
  pools.set(key, pool);
  return pool;
}

/** @type {import('../../scripts/make-sparse-checkpoint.mjs').WriteValues} */
async function writePooled(file, { name, shape }, position) {
  const { mean, deviation } = distribution(name, shape);
  const pool = poolOf(mean, deviation);
  const bytes = 2 * shape.reduce((product, side) => product * side, 1);
  let at = 2 * (([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) >>> 0) % POOL);
  for (let done = 0; done < bytes;) {
    const count = Math.min(bytes - done, pool.byteLength - at);
    await file.write(pool, at, count, position + done);
    done += count;
    at = 0;
  }
}

/** @param {import('./settings.mjs').Settings} settings */
export async function writeCheckpoint({ checkpoint, dimensions, rehearse, reference }) {
  if (existsSync(join(checkpoint, 'complete'))) {
    console.log(`- ${checkpoint} is there already`);
    return;
  }
  const start = performance.now();
  await rm(checkpoint, { recursive: true, force: true });
  await makeRandomCheckpoint(checkpoint, dimensions, {
    writeTensors: (_, folder, stem, tensors) => writeShards(folder, stem, tensors, writePooled),
  });
  // A rehearsal's reference stays as small as it is.
  const area = Number(reference) ** 2;
  if (rehearse) await writeJson(join(checkpoint, 'service.json'), { condition_area: area, native_area: area });
  await writeFile(join(checkpoint, 'complete'), '');
  console.log(`- ${dimensions} dimensions in ${checkpoint}, ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
