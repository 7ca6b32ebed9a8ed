import type { ModelState } from './model-state.js';
import type { PictureEngine } from './picture-engine.js';

/** What one engine is up to. */
export interface EngineStatus {
  readonly name: string;
  readonly state: ModelState;
  /** CUDA's numbers of the GPUs that were dealt to it; null: it has them all, or there are none. */
  readonly gpus: readonly number[] | null;
}

/** The engines that this process has work for. */
export abstract class EnginePool {
  /** Each engine, in the order of their names. */
  abstract get engines(): readonly EngineStatus[];

  /** Engines that can make pictures now. */
  abstract get readyEngines(): number;

  /** Calls `use` once for each engine: at once for those that are there, and for others as they come. */
  abstract each(use: (engine: PictureEngine) => void): void;
}
