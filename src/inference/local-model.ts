import type { ModelInfo } from '../protocol/model-info.js';
import type { ServedModel } from './served-model.js';

/** What the engines of this process make pictures with. */
export abstract class LocalModel {
  /** null: it has no engines. */
  abstract readonly served: ServedModel | null;

  /**
   * The model that pictures are taken for; null while there is none. It stays while the process drains: what it has taken before
   * it makes.
   */
  abstract readonly model: () => ModelInfo | null;
}
