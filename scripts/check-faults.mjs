// @ts-check
/**
 * Causes what can break where services and workers share a Redis, with real processes and a real redis-server, and prints what was
 * done and what was seen. What must be seen is asserted by the tests that do it (test/scale/*-faults.redis.test.ts); fails when one
 * of them does. Needs the built program and redis-server; a clock that is off needs faketime (both are Debian's packages).
 *
 *     npm run build && node scripts/check-faults.mjs
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './support/program-files.mjs';

/** @typedef {{ test: string, done: string, seen: string }} Row */
/** @typedef {{ fullName: string, title: string, status: string, failureMessages: string[] }} Result */

const folder = mkdtempSync(join(tmpdir(), 'faults-'));
const [table, results] = [join(folder, 'table'), join(folder, 'results.json')];
writeFileSync(table, '');
spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    join('node_modules', 'jest', 'bin', 'jest.js'),
    '--runInBand',
    '--json',
    `--outputFile=${results}`,
    'test/scale/.*-faults',
  ],
  // Where it must run a missing redis-server is a fault.
  { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CI: 'true', FAULTS_TABLE: table } },
);
/** @type {Row[]} */
const rows = readFileSync(table, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));
/** @type {{ testResults: { assertionResults: Result[] }[] }} */
const { testResults } = JSON.parse(readFileSync(results, 'utf8'));
rmSync(folder, { recursive: true });

const all = testResults.flatMap(({ assertionResults }) => assertionResults);
const OUTCOMES = /** @type {Record<string, string>} */ ({ passed: 'yes', failed: 'NO', pending: 'left out' });
console.log('\n| what must be | what was done | what was seen | so it is |\n|---|---|---|---|');
for (const { fullName, title, status } of all) {
  const seen = rows.filter(({ test }) => test === fullName);
  const cells = seen.length > 0 ? seen : [{ done: '', seen: '' }];
  for (const row of cells) console.log(`| ${title} | ${row.done} | ${row.seen} | ${OUTCOMES[status] ?? status} |`);
}
for (const { failureMessages } of all) for (const message of failureMessages) console.error(`\n${message}`);
process.exitCode = all.length > 0 && all.every(({ status }) => status === 'passed' || status === 'pending') ? 0 : 1;
