import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { GRAPH_NAMES, buildGraphs, type GraphName } from '../../graph/checkpoint-graphs.js';
import { OnnxSession } from './onnx-session.js';

export interface CheckpointSessions {
  readonly sessions: Readonly<Record<GraphName, OnnxSession>>;
  /** Tensors of the checkpoint that nothing reads and that are not known to be dead. */
  readonly unexpected: readonly string[];
}

/** Builds a checkpoint's graphs in float32 and loads them onto the CPU. */
export async function openSessions(checkpoint: Checkpoint): Promise<CheckpointSessions> {
  const { models, unexpected } = buildGraphs(checkpoint, 'float32');
  const sessions: Partial<Record<GraphName, OnnxSession>> = {};
  for (const name of GRAPH_NAMES) sessions[name] = await OnnxSession.create(models[name], { root: checkpoint.root });
  return { sessions: sessions as Record<GraphName, OnnxSession>, unexpected };
}
