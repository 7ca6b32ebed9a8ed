// @ts-check
/** Runs one graph on the CPU for run-graph.ts: jest's realms have typed arrays of their own, which the runtime refuses. */
import { register } from 'tsx/esm/api';

register();
const { OnnxSession } = await import('../../src/engine/sessions/onnx-session.js');

process.once('message', async (/** @type {import('./run-graph.js').GraphRun} */ { model, inputs }) => {
  const session = await OnnxSession.create(model, { root: '/', device: { kind: 'cpu', index: 0 } });
  process.send?.(await session.runAll(inputs));
});
