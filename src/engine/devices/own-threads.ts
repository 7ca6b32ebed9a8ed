import { availableParallelism, cpus } from 'node:os';

/**
 * Threads for a runtime that has the whole machine; null: its own choice, which is one for each of the machine's cores. It doesn't
 * see that a process may be held to some of them (a container's cpuset, taskset): its threads would take them from each other.
 */
export function ownThreads(): number | null {
  const own = availableParallelism();
  return own < cpus().length ? own : null;
}
