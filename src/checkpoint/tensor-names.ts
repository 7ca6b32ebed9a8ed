import type { TensorComponent } from './tensor-index.js';

/**
 * The one name that a tensor goes by in the indices, whatever the transformers version that wrote the text encoder:
 * `visual.…` for the vision tower, `language_model.…` for the language model, `lm_head.weight`. The other components'
 * names are the same in all versions.
 */
export function canonicalTensorName(component: TensorComponent, name: string): string {
  if (component !== 'text_encoder') {
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
