// @ts-check
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { KIT } from './stand-ins.mjs';

const kit = createRequire(join(KIT, 'package.json'));

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  if (specifier !== 'onnxruntime-node') return nextResolve(specifier, context);
  return { url: pathToFileURL(kit.resolve(specifier)).href, format: 'commonjs', shortCircuit: true };
}
