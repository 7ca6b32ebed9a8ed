import { EditError, MODEL_NOT_READY } from '../protocol/edit-error.js';
import type { ModelInfo } from '../protocol/model-info.js';
import type { ModelState } from './model-state.js';

/** What is known of a model whose workers are gone. */
export interface LostModel {
  readonly id: string;
  /** Names of its LoRAs. */
  readonly loras: readonly string[];
}

/** What the service asks of the model that it serves: whether it is ready or why not, and what it is. */
export abstract class ServedModel {
  abstract get state(): ModelState;

  /** Resolves at the next change of the state; an engine that dies while it loads is one, too. */
  abstract changed(): Promise<void>;

  /** From now on nothing new is to be taken; pictures of what was taken before are still made. */
  abstract drain(): void;

  /**
   * All models that are served now, the one of requests that name none first.
   * @throws EditError `unavailable`, when there is none
   */
  models(): readonly ModelInfo[] {
    return [this.ready()];
  }

  /** Models that were served, and that nobody serves now. */
  lost(): readonly LostModel[] {
    return [];
  }

  /**
   * For a request of which is not known yet which model it asks for.
   * @throws EditError `unavailable`, where that is no matter
   */
  checkAny(): void {
    this.ready();
  }

  /**
   * The model of requests that name none, which is ready.
   * @throws EditError `unavailable`, with when to try again
   */
  ready(): ModelInfo {
    const { state } = this;
    if (state.status === 'ready') return state.model;
    throw new EditError('unavailable', MODEL_NOT_READY, { retryAfterSeconds: state.retryAfterSeconds });
  }
}
