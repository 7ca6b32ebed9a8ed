import { loadCacheSettings } from '../config/load-settings.js';
import { formatBytes } from '../program/format-bytes.js';
import { QuantizedCache } from '../engine/quantized/quantized-cache.js';

const USAGE = 'usage: npm run cache -- list | clean';

/** `npm run cache`: shows or removes the quantized weights that are kept for the next start. */
async function main([command]: readonly string[]): Promise<void> {
  const settings = loadCacheSettings();
  if (command !== 'list' && command !== 'clean') {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = 1;
    return;
  }
  const cache = new QuantizedCache(settings);
  if (command === 'clean') {
    const { removedBytes, usedBytes } = await cache.clean();
    const rest = usedBytes === 0 ? '' : `; ${formatBytes(usedBytes)} are left, which running services use`;
    process.stdout.write(`Removed ${formatBytes(removedBytes)} from ${settings.folder}${rest}\n`);
    return;
  }
  const entries = await cache.list();
  process.stdout.write(`${settings.folder}: ${entries.length === 0 ? 'nothing' : ''}\n`);
  for (const { key, manifest, bytes, used, isUsed } of entries) {
    const { modelId, quantization, kept, finer } = manifest;
    const counts = [`${kept.length} sensitive weights whole`, `${finer.length} at 8 bits`];
    const sensitive = kept.length + finer.length === 0 ? '' : `, ${counts.join(', ')}`;
    process.stdout.write(
      `${key}  ${modelId}  ${quantization}  ${formatBytes(bytes)}  ${isUsed ? 'in use' : `last used ${used.toISOString()}`}${sensitive}\n`,
    );
  }
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
