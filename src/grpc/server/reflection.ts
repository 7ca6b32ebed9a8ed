import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import protobuf from 'protobufjs';
import { PROTO_DIR } from '../../program/program-files.js';

/** Made by scripts/make-descriptors.mjs. */
const DESCRIPTORS = join(PROTO_DIR, 'descriptors.binpb');

/** grpc.reflection.v1 and v1alpha, for tools that ask what there is. */
export function addReflection(server: Server): void {
  const fileDescriptorProtos = filesOf(readFileSync(DESCRIPTORS));
  const all = { format: 'Protocol Buffer 3 DescriptorProto', type: {}, fileDescriptorProtos };
  new ReflectionService({ all } as PackageDefinition).addToServer(server);
}

/** The files of a FileDescriptorSet, whose one field they are. */
function filesOf(descriptors: Buffer): Buffer[] {
  const reader = protobuf.Reader.create(descriptors);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    reader.uint32();
    files.push(Buffer.from(reader.bytes()));
  }
  return files;
}
