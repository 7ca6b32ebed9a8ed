import type { InputPicture } from '../images/input-picture.js';
import type { MaskedPicture } from '../images/mask/masked-picture.js';
import type { EditSettings } from './edit-settings.js';

/** One picture to make: its edit's settings, with the seed of this variant. */
export interface PictureRequest extends EditSettings {
  /** The edit's references in order, as many as ModelInfo.maxReferences at most. */
  readonly references: readonly InputPicture[];
  /** The first reference where only a part of it may change, in which case size is none but a size; null: all of it may. */
  readonly masked: MaskedPicture | null;
  /**
   * The same for pictures that share prompt, references, mask, size, steps and guidance: what depends on these alone is kept for a
   * while under this name.
   */
  readonly editKey: string;
}
