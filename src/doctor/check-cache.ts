import { access, constants, statfs } from 'node:fs/promises';
import path from 'node:path';
import { formatBytes } from '../program/format-bytes.js';
import { QuantizedCache } from '../engine/quantized/quantized-cache.js';
import type { LoadRequest } from '../protocol/load-request.js';
import type { Finding } from './finding.js';

/** What the cache of quantized weights holds, and whether more can be kept in it. Makes nothing. */
export async function checkCache({ quantizedCache, precision }: LoadRequest): Promise<Finding> {
  const about = 'Cache';
  const entries = await new QuantizedCache(quantizedCache).list();
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const { folder, maxBytes } = quantizedCache;
  const found = [`${folder}: ${entries.length} checkpoints, ${formatBytes(bytes)} of ${formatBytes(maxBytes)}`];
  const place = await nearestFolder(folder);
  const isWritable = await access(place, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (isWritable) {
    const { bavail, bsize } = await statfs(place);
    return { about, state: 'ok', found: [...found, `${formatBytes(bavail * bsize)} free on its disk`] };
  }
  const isNeeded = precision === 'int8' || precision === 'int4';
  return {
    about,
    state: isNeeded ? 'fail' : 'ok',
    found: [...found, `${place} may not be written`],
    todo: 'For PRECISION=int8 or int4 name a folder that can be written with QUANTIZED_CACHE_DIR',
  };
}

/** The folder itself, or the first above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  const above = path.dirname(folder);
  return isThere || above === folder ? folder : nearestFolder(above);
}
