/**
 * The layers of the project, from the top down: what stands in a row may import what stands in the rows below it, and nothing
 * of its own row or above. The linter holds every import against this list.
 *
 * @type {readonly (readonly string[])[]}
 */
export const LAYERS = [
  ['test'],
  ['benchmarks'],
  ['scripts'],
  // One command, and the service that it starts.
  ['src/cli'],
  ['src/server'],
  // What answers HTTP and gRPC. The page speaks of what the API's answers hold.
  ['src/openapi', 'src/playground'],
  ['src/edits/http', 'src/grpc', 'src/health', 'src/metrics/http', 'src/tracing/http'],
  // Both HTTP and gRPC tell of the models.
  ['src/model-list'],
  ['src/auth'],
  ['src/http'],
  // What can be done, by HTTP or from the command line.
  ['src/doctor'],
  ['src/plan', 'src/export'],
  ['src/edits'],
  ['src/jobs'],
  ['src/decoding'],
  ['src/inference'],
  ['src/redis'],
  ['src/metrics', 'src/tracing'],
  // The engine process.
  ['src/engine'],
  ['src/cuda'],
  ['src/graph'],
  ['src/checkpoint'],
  // What all of them share.
  ['src/config'],
  ['src/protocol'],
  ['src/images'],
  ['src/program'],
];
