import type { AppState, AppStore } from '../state/app-state.js';
import { takesSeveral } from '../state/arrangement.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

/** Whether several pictures are one edit or an edit each, where the model leaves that choice; and that it doesn't, where not. */
export function showArrangementChoice(store: AppStore): void {
  const choices = [byId('together', HTMLInputElement), byId('separate', HTMLInputElement)] as const;
  const [together, separate] = choices;
  for (const choice of choices) {
    choice.addEventListener('change', () => store.update({ together: together.checked, fault: null }));
  }
  store.watch(
    (state) => [state.language, state.pictures, state.together, state.model],
    (state) => {
      byId('arrangement', HTMLElement).hidden = state.pictures.length < 2 || !takesSeveral(state.model);
      together.checked = state.together;
      separate.checked = !state.together;
      byId('arrangement-note', HTMLElement).textContent = note(state);
    },
  );
}

function note(state: AppState): string {
  const { model, pictures, together } = state;
  const strings = stringsOf(state);
  if (model === null || pictures.length < 2) return '';
  if (!takesSeveral(model)) return strings.oneReference;
  if (!together) return '';
  return pictures.length > model.maxReferences
    ? strings.tooManyReferences(pictures.length, model.maxReferences)
    : strings.references(model.maxReferences);
}
