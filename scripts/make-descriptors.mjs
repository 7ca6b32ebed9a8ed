// @ts-check
/**
 * Writes proto/descriptors.binpb: what reflection tells of the services, comments included, as protoc makes it of the .proto files.
 * protobufjs' own descriptors lack imports and what is optional, and grpcurl refuses them. To be run when a .proto file has changed:
 *
 *     python3 -m venv VENV && VENV/bin/pip install grpcio-tools
 *     node scripts/make-descriptors.mjs --python VENV/bin/python
 */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const PROTO = join(import.meta.dirname, '..', 'proto');
const { python } = parseArgs({ options: { python: { type: 'string', default: 'python3' } } }).values;
const require = createRequire(import.meta.url);
const health = dirname(require.resolve('grpc-health-check/package.json'));
const reflection = dirname(require.resolve('@grpc/reflection/package.json'));

execFileSync(
  python,
  [
    '-m',
    'grpc_tools.protoc',
    `--proto_path=${PROTO}`,
    `--proto_path=${join(health, 'proto')}`,
    `--proto_path=${join(reflection, 'build', 'proto')}`,
    '--include_imports',
    '--include_source_info',
    `--descriptor_set_out=${join(PROTO, 'descriptors.binpb')}`,
    'image_edits.proto',
    'google/rpc/error_details.proto',
    'health/v1/health.proto',
    'grpc/reflection/v1/reflection.proto',
  ],
  { stdio: 'inherit' },
);
