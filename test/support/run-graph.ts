import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Inputs, OutputTensor } from '../../src/engine/sessions/onnx-session.js';

/** An encoded ModelProto, and what it is run with. */
export interface GraphRun {
  readonly model: Uint8Array;
  readonly inputs: Inputs;
}

/** Runs a graph without external weights on the CPU, in a process of its own. */
export function runGraph(model: Uint8Array, inputs: Inputs): Promise<Readonly<Record<string, OutputTensor>>> {
  const child = fork(join(import.meta.dirname, 'graph-worker.mjs'), { serialization: 'advanced', execArgv: [] });
  return new Promise((resolve, reject) => {
    child.once('message', (outputs) => {
      resolve(outputs as Readonly<Record<string, OutputTensor>>);
      child.disconnect();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The graph's process ended with ${code} before it gave outputs`)));
    const run: GraphRun = { model, inputs };
    child.send(run);
  });
}
