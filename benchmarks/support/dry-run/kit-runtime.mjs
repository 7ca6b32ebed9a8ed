// @ts-check
/** Imported before a script: onnxruntime-node is the one beside the stand-ins, whatever imports it. */
import { register } from 'node:module';

register(new URL('resolve-kit-runtime.mjs', import.meta.url));
