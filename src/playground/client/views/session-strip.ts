import type { AppStore } from '../state/app-state.js';
import { clearResults } from '../state/results.js';
import { stringsOf } from '../text/language.js';
import { button, byId, element, replaceChildren } from './dom.js';

/** This session's results, small, newest first. */
export function showSessionStrip(store: AppStore): void {
  const strip = byId('strip', HTMLUListElement);
  byId('clear-results', HTMLButtonElement).addEventListener('click', () => {
    clearResults(store);
    byId('prompt', HTMLTextAreaElement).focus();
  });
  store.watch(
    ({ language, results, shown }) => [language, results, shown],
    (state) => {
      const strings = stringsOf(state);
      byId('session', HTMLElement).hidden = state.results.length === 0;
      const items = state.results.map(({ id, url, format, request }, index) => {
        const label = strings.resultNumber(index + 1, request.prompt);
        const open = button(
          { id: `result-${id}`, title: label, 'aria-label': label, 'aria-current': String(id === state.shown) },
          format === 'pt' ? 'pt' : '',
          () => store.update({ shown: id, isMasking: false }),
        );
        if (format !== 'pt') open.append(element('img', { src: url, alt: '' }));
        return element('li', {}, open);
      });
      replaceChildren(strip, ...items.reverse());
    },
  );
}
