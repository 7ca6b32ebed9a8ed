import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Inputs, PassedTensor } from '../../src/engine/sessions/onnx-session.js';

/** An encoded ModelProto, and what it is run with. */
export interface GraphRun {
  readonly model: Uint8Array;
  readonly inputs: Inputs;
}

type Outputs = Readonly<Record<string, PassedTensor>>;

/** Runs a graph without external weights on the CPU, in a process of its own. */
export async function runGraph(model: Uint8Array, inputs: Inputs): Promise<Outputs> {
  const child = fork(join(import.meta.dirname, 'graph-worker.mjs'), { serialization: 'advanced', execArgv: [] });
  const outputs = await new Promise<Outputs>((resolve, reject) => {
    child.once('message', (made) => {
      resolve(made as Outputs);
      child.disconnect();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The graph's process ended with ${code} before it gave outputs`)));
    const run: GraphRun = { model, inputs };
    child.send(run);
  });
  return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, ofThisRealm(output)]));
}

/** A message's arrays are of Node's realm, not of jest's. */
function ofThisRealm({ data, shape }: PassedTensor): PassedTensor {
  const { buffer, byteOffset, length } = data;
  return data.BYTES_PER_ELEMENT === Float32Array.BYTES_PER_ELEMENT
    ? { data: new Float32Array(buffer, byteOffset, length), shape }
    : { data: new Uint16Array(buffer, byteOffset, length), shape };
}

/** The values of an output that is float32. */
export function floatsOf(output: PassedTensor | undefined): Float32Array {
  if (!(output?.data instanceof Float32Array)) throw new Error('The graph gave no float32');
  return output.data;
}
