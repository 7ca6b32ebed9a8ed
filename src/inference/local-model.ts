import type { ServedModel } from './served-model.js';

/** What the engines of this process make pictures with. */
export abstract class LocalModel {
  /** null: it has no engines. */
  abstract readonly served: ServedModel | null;

  /** Id of the model that pictures are to be taken for; null while there is none. */
  abstract readonly modelId: () => string | null;
}
