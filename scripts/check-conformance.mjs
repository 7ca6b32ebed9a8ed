// @ts-check
/**
 * Checks that the service answers as /openapi.json says: starts the built program on a tiny checkpoint and lets
 * schemathesis make requests of every kind, good and bad. Fails on a server error and on any answer (its status, media type,
 * headers, JSON or events) that isn't documented.
 *
 *     pip install schemathesis
 *     node scripts/check-conformance.mjs [EXAMPLES_A_ROUTE]
 *
 * SCHEMATHESIS names the program when it isn't on the PATH.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startService } from './support/service.mjs';

const examples = process.argv[2] ?? '600';
const LEAST_CASES = 2000;
const HOOKS = join(import.meta.dirname, 'conformance-hooks.py');
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'allow_header_conformance',
];

const service = await startService({ MAX_STEPS: '3', MAX_OUTPUT_SIDE: '128' });
const tester = spawn(
  process.env['SCHEMATHESIS'] ?? 'schemathesis',
  [
    'run',
    `${service.url}/openapi.json`,
    ...['--checks', CHECKS.join(',')],
    ...['--phases', 'examples,coverage,fuzzing,stateful'],
    ...['--max-examples', examples],
    '--continue-on-failure',
    ...['--suppress-health-check', 'all'],
    ...['--warnings', 'off'],
    ...['--request-timeout', '120'],
    ...['--seed', '1'],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SCHEMATHESIS_HOOKS: HOOKS } },
);
let output = '';
tester.stdout.on('data', (/** @type {Buffer} */ chunk) => {
  output += chunk.toString();
  process.stdout.write(chunk);
});
/** @type {[number | null]} */
const [code] = /** @type {any} */ (await once(tester, 'close'));
for (const [series, value] of await service.metrics()) {
  if (series.startsWith('qwen_edit_http_requests_total')) console.log(`${series} ${value}`);
}
await service.stop();
const cases = Number(/(\d+) generated/.exec(output)?.[1] ?? 0);
if (cases < LEAST_CASES) console.log(`Only ${cases} cases were made: at least ${LEAST_CASES} are wanted`);
process.exitCode = cases < LEAST_CASES ? 1 : (code ?? 1);
