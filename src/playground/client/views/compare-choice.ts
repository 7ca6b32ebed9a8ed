import type { AppStore } from '../state/app-state.js';
import { numberOf, shownResult } from '../state/results.js';
import { stringsOf } from '../text/language.js';
import { byId, element } from './dom.js';

const INPUT = '';

/** What the shown result is compared with: its own input, or any other result. */
export function showCompareChoice(store: AppStore): void {
  const choice = byId('compare-with', HTMLSelectElement);
  choice.addEventListener('change', () => store.update({ compared: choice.value === INPUT ? null : choice.value }));
  store.watch(
    ({ language, results, shown, compared }) => [language, results, shown, compared],
    (state) => {
      const strings = stringsOf(state);
      const shown = shownResult(state);
      const others = state.results.filter(({ id, format }) => id !== shown?.id && format !== 'pt');
      byId('compare-choice', HTMLElement).hidden = shown === null || shown.format === 'pt' || others.length === 0;
      choice.replaceChildren(
        element('option', { value: INPUT }, strings.itsInput),
        ...others
          .map(({ id, request }) =>
            element('option', { value: id }, strings.resultNumber(numberOf(state, id), request.prompt)),
          )
          .reverse(),
      );
      choice.value = state.compared ?? INPUT;
    },
  );
}
