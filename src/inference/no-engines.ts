import { EnginePool } from './engine-pool.js';

/** Of a process that has none. */
export class NoEngines extends EnginePool {
  readonly engines = [];
  readonly readyEngines = 0;

  each(): void {
    // There is none, and none will come.
  }
}
