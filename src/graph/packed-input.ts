import type { Dimensions, GraphBuilder, Value } from './graph-builder.js';
import { gather } from './ops.js';

/**
 * Declares an input of floats that crosses the bus in as many bytes as the graph computes in: float32, or the bits of bfloat16
 * values as uint16 (bfloat16.ts makes them), since the binding has no tensors of bfloat16. The provider has no kernel that reads
 * bits as a float, but it gathers from a table: the one of all 65,536 values, by the bits as a place, gives each value exactly.
 */
export function packedInput(graph: GraphBuilder, name: string, shape: Dimensions): Value {
  if (graph.computeType === 'float32') return graph.input(name, 'float32', shape);
  return gather(graph.everyBfloat16(), graph.cast(graph.input(name, 'uint16', shape), 'int32'));
}
