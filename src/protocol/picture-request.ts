import type { InputPicture } from '../images/input-picture.js';
import type { EditSettings } from './edit-settings.js';

/** One picture to make: its edit's settings, with the seed of this variant. */
export interface PictureRequest extends EditSettings {
  /** The edit's references in order, as many as ModelInfo.maxReferences at most. */
  readonly references: readonly InputPicture[];
  /**
   * The same for pictures that share prompt, references, size, steps and guidance: what depends on these alone is kept for a
   * while under this name.
   */
  readonly editKey: string;
}
