import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import protobuf from 'protobufjs';
import { SERVED_FIELDS } from '../../../src/edits/fields/known-fields.js';

const PROTO = join(import.meta.dirname, '..', '..', '..', 'proto');
const require = createRequire(import.meta.url);

const read = (file: string, folder = PROTO): protobuf.Root => {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.startsWith('google/protobuf/') ? target : join(folder, target));
  root.loadSync(file, { keepCase: true }).resolveAll();
  return root;
};
const edits = read('image_edits.proto');

/** OpenAI's, which have no effect here, and what is HTTP's alone: a stream is all that there is, and steps are always told. */
const LEFT_OUT = [
  ...['background', 'quality', 'input_fidelity', 'moderation', 'user', 'safety_identifier'],
  ...['response_format', 'stream', 'progress'],
];

describe('image_edits.proto', () => {
  test('has every field of HTTP under its name, and one of its own', () => {
    const fields = edits.lookupType('imageedits.v1.EditRequest').fieldsArray.map(({ name }) => name);
    expect([...fields, ...LEFT_OUT].sort()).toEqual([...SERVED_FIELDS, 'detach'].sort());
  });

  test('what reflection tells is what the files say: else run scripts/make-descriptors.mjs', () => {
    const health = dirname(require.resolve('grpc-health-check/package.json'));
    const told = describedTypes(readFileSync(join(PROTO, 'descriptors.binpb')));
    const files = [
      edits,
      read('google/rpc/error_details.proto'),
      read('health/v1/health.proto', join(health, 'proto')),
    ];
    for (const type of files.flatMap((root) => typesOf(root))) {
      const fields = type.fieldsArray.map(({ name, id }) => `${name}=${id}`);
      expect([type.fullName, told.get(type.fullName)]).toEqual([type.fullName, fields]);
    }
  });
});

function typesOf(space: protobuf.NamespaceBase): protobuf.Type[] {
  return space.nestedArray.flatMap((nested) => [
    ...(nested instanceof protobuf.Type ? [nested] : []),
    ...(nested instanceof protobuf.Namespace ? typesOf(nested) : []),
  ]);
}

interface Described {
  readonly name: string;
  readonly field: readonly { readonly name: string; readonly number: number }[];
  readonly nestedType: readonly Described[];
}

/** Fields by the full names of their types, as a FileDescriptorSet has them. */
function describedTypes(bytes: Buffer): Map<string, string[]> {
  const descriptor = protobuf.Root.fromJSON(
    require('protobufjs/google/protobuf/descriptor.json') as protobuf.INamespace,
  );
  const set = descriptor.lookupType('google.protobuf.FileDescriptorSet');
  const { file } = set.toObject(set.decode(bytes), { arrays: true }) as {
    readonly file: readonly { readonly package: string; readonly messageType: readonly Described[] }[];
  };
  const types = new Map<string, string[]>();
  const add = (space: string, { name, field, nestedType }: Described): void => {
    types.set(
      `${space}.${name}`,
      field.map((each) => `${each.name}=${each.number}`),
    );
    for (const nested of nestedType) add(`${space}.${name}`, nested);
  };
  for (const { package: space, messageType } of file) for (const type of messageType) add(`.${space}`, type);
  return types;
}
