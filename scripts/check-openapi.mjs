// @ts-check
/**
 * Checks that the service answers as /openapi.json says: starts the built program in dist/ on a tiny checkpoint and lets
 * schemathesis make requests of every kind, good and bad. Fails on a server error and on any answer (its status, media type,
 * headers or JSON) that isn't documented.
 *
 *     pip install schemathesis
 *     node scripts/check-openapi.mjs [EXAMPLES_A_ROUTE]
 *
 * SCHEMATHESIS names the program when it isn't on the PATH.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startService } from '../benchmarks/support/service.mjs';

const examples = process.argv[2] ?? '400';
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
    ...['--phases', 'examples,coverage,fuzzing'],
    ...['--max-examples', examples],
    '--continue-on-failure',
    ...['--suppress-health-check', 'all'],
    ...['--warnings', 'off'],
    ...['--request-timeout', '120'],
    ...['--seed', '1'],
  ],
  { stdio: 'inherit' },
);
/** @type {[number | null]} */
const [code] = /** @type {any} */ (await once(tester, 'exit'));
await service.stop();
process.exitCode = code ?? 1;
