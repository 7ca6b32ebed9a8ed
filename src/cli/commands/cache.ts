import { loadCacheSettings } from '../../config/load-settings.js';
import { QuantizedCache } from '../../engine/quantized/quantized-cache.js';
import { formatBytes } from '../../program/format-bytes.js';
import type { QuantizedCacheSettings } from '../../protocol/load-request.js';
import { CommandError } from '../command-error.js';
import { readOptions } from '../read-options.js';

const HELP = `Usage: qwen-image-edit cache list | clean

With PRECISION=int8 or int4 the weights are quantized once and kept in QUANTIZED_CACHE_DIR, and so is what a GGUF file is repacked
to. list shows what is kept or begun, clean removes what no running service uses.`;

/** `qwen-image-edit cache`: shows or removes the quantized weights that are kept for the next start. */
export async function run(args: readonly string[]): Promise<number> {
  const [action = '', ...rest] = args;
  if (readOptions(action.startsWith('-') ? args : rest, {}, HELP) === null) return 0;
  const settings = loadCacheSettings();
  if (action === 'list') await list(settings);
  else if (action === 'clean') await clean(settings);
  else throw new CommandError(HELP);
  return 0;
}

async function clean(settings: QuantizedCacheSettings): Promise<void> {
  const { removedBytes, usedBytes } = await new QuantizedCache(settings).clean();
  const rest = usedBytes === 0 ? '' : `; ${formatBytes(usedBytes)} are left, which running services use`;
  process.stdout.write(`Removed ${formatBytes(removedBytes)} from ${settings.folder}${rest}\n`);
}

async function list(settings: QuantizedCacheSettings): Promise<void> {
  const cache = new QuantizedCache(settings);
  const [entries, unfinished] = [await cache.list(), await cache.listUnfinished()];
  process.stdout.write(`${settings.folder}: ${entries.length + unfinished.length === 0 ? 'nothing' : ''}\n`);
  for (const { key, manifest, bytes, used, isUsed } of entries) {
    const { modelId, quantization, kept, finer } = manifest;
    const counts = [`${kept.length} sensitive weights whole`, `${finer.length} at 8 bits`];
    const sensitive = kept.length + finer.length === 0 ? '' : `, ${counts.join(', ')}`;
    process.stdout.write(
      `${key}  ${modelId}  ${quantization}  ${formatBytes(bytes)}  ${isUsed ? 'in use' : `last used ${used.toISOString()}`}${sensitive}\n`,
    );
  }
  for (const { key, bytes, isBeingMade } of unfinished) {
    const state = isBeingMade
      ? 'being made'
      : 'begun by a process that has ended: its next start goes on, clean removes it';
    process.stdout.write(`${key}  unfinished  ${formatBytes(bytes)}  ${state}\n`);
  }
}
