// @ts-check
/**
 * Checks /openapi.json of the built program on a tiny checkpoint, without a key and with one: Redocly's linter and
 * openapi-spec-validator find nothing, and a client that openapi-python-client generates from it makes its first edit.
 *
 *     pip install openapi-spec-validator openapi-python-client ruff
 *     node scripts/check-openapi.mjs
 *
 * PYTHON names the interpreter that has them where it isn't python3. The linter, and a client of openapi-typescript, are
 * among the tests (test/openapi), too.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { startService } from './support/service.mjs';

const PYTHON = process.env['PYTHON'] ?? 'python3';
const FIRST_EDIT = join(import.meta.dirname, 'first-edit.py');
const PICTURE = join(import.meta.dirname, '..', 'test', 'fixtures', 'pictures', 'square.png');
/** The generator knows no pictures: as docs/api.md says, it is told to read them as bytes. */
const PICTURES_AS_BYTES = Object.fromEntries(
  ['png', 'jpeg', 'webp'].map((format) => [`image/${format}`, 'application/octet-stream']),
);
// openapi-python-client formats what it writes by ruff, which lies beside the interpreter of a virtual environment.
const env = { ...process.env, PATH: `${dirname(PYTHON)}:${process.env['PATH'] ?? ''}` };

let failures = 0;
for (const key of ['', 'the-key']) {
  const service = await startService(key === '' ? {} : { API_KEY: key });
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  const name = key === '' ? 'without a key' : 'with a key';
  const answer = await fetch(`${service.url}/openapi.json`, { headers: { authorization: `Bearer ${key}` } });
  const document = await answer.text();
  const file = join(folder, 'openapi.json');
  writeFileSync(file, document);
  tell(`${name}: Redocly's linter`, await lint(document));
  tell(`${name}: openapi-spec-validator`, runPython(['-m', 'openapi_spec_validator', '--errors', 'all', file]));
  const [client, config] = [join(folder, 'client'), join(folder, 'config.json')];
  writeFileSync(config, JSON.stringify({ content_type_overrides: PICTURES_AS_BYTES }));
  const generate = ['generate', '--path', file, '--config', config, '--output-path', client, '--meta', 'none'];
  generate.push('--fail-on-warning');
  tell(`${name}: openapi-python-client generates a client`, runPython(['-m', 'openapi_python_client', ...generate]));
  tell(`${name}: its first edit`, runPython([FIRST_EDIT, folder, service.url, PICTURE, key]));
  rmSync(folder, { recursive: true });
  await service.stop();
}
process.exitCode = failures === 0 ? 0 : 1;

/** @param {string} what @param {string | null} fault */
function tell(what, fault) {
  console.log(fault === null ? `ok      ${what}` : `FAILED  ${what}\n${fault}`);
  if (fault !== null) failures += 1;
}

/** What the recommended rules find, warnings too; null when nothing. @param {string} source */
async function lint(source) {
  const problems = await lintFromString({ source, config: await createConfig({ extends: ['recommended'] }) });
  if (problems.length === 0) return null;
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`).join('\n');
}

/** What a program says that fails; null when it doesn't. @param {readonly string[]} args */
function runPython(args) {
  const { error, status, stdout, stderr } = spawnSync(PYTHON, args, { encoding: 'utf8', env });
  if (error !== undefined) return String(error);
  return status === 0 ? null : `${stdout}${stderr}`;
}
