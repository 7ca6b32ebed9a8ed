import type { Writable } from 'node:stream';

const held = new Set<Writable>();

/** From now until this turn of the event loop is over, what is written to `stream` waits, and then goes out in one write. */
export function batchWrites(stream: Writable): void {
  if (held.has(stream)) return;
  held.add(stream);
  stream.cork();
  setImmediate(() => flush(stream));
}

function flush(stream: Writable): void {
  if (held.delete(stream)) stream.uncork();
}

// The last words of a process that ends within a turn.
process.on('exit', () => {
  for (const stream of held) flush(stream);
});
