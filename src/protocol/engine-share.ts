/** ENGINES: how many engine processes share the machine; `auto`: as many as hold the model whole on GPUs of their own. */
export type EngineCount = number | 'auto';

/** What one of several engines has of the machine for its own. */
export interface EngineShare {
  /** CUDA's numbers of its GPUs; null: every one that there is. */
  readonly gpus: readonly number[] | null;
  /** Threads that its networks compute with on the processor; null: as many as the runtime thinks fit. */
  readonly threads: number | null;
  /** Bytes of the host's memory that its networks may have; null: what is there. */
  readonly hostBytes: number | null;
}

/** The share of an engine that is alone. */
export const WHOLE_MACHINE: EngineShare = { gpus: null, threads: null, hostBytes: null };
