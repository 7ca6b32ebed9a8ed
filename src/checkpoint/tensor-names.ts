import type { TensorComponent } from './tensor-index.js';
import { withoutPrefix, withPrefixOf } from './transformer-weights/inner-model.js';

/**
 * The one name that a tensor goes by in the indices, whatever the transformers version that wrote the text encoder:
 * `visual.…` for the vision tower, `language_model.…` for the language model, `lm_head.weight`. The transformer's may stand
 * below ComfyUI's prefix; the VAE's are the same in all versions.
 */
export function canonicalTensorName(component: TensorComponent, name: string): string {
  if (component === 'transformer') {
    return withoutPrefix(name);
  }
  if (component === 'vae') {
    return name;
  }
  if (name.startsWith('model.visual.') || name.startsWith('model.language_model.')) {
    return name.slice('model.'.length);
  }
  if (name.startsWith('model.')) {
    return `language_model.${name.slice('model.'.length)}`;
  }
  return name;
}

/**
 * The reverse of `canonicalTensorName`, in the naming of the files at hand.
 * @param names names that the files use
 */
export function tensorNameInFiles(component: TensorComponent, canonical: string, names: readonly string[]): string {
  if (component === 'transformer') {
    return withPrefixOf(names, canonical);
  }
  const isText = canonical.startsWith('language_model.');
  if (component !== 'text_encoder' || !(isText || canonical.startsWith('visual.'))) {
    return canonical;
  }
  if (names.some((name) => name.startsWith('model.language_model.') || name.startsWith('model.visual.'))) {
    return `model.${canonical}`;
  }
  return isText ? `model.${canonical.slice('language_model.'.length)}` : canonical;
}
