import type { AppStore } from '../state/app-state.js';
import { gridResults, numberOf, showResult } from '../state/results.js';
import { stringsOf } from '../text/language.js';
import { button, byId, element, replaceChildren } from './dom.js';

/** The results of one edit beside each other; a click opens one. */
export function showVariantsGrid(store: AppStore): void {
  const list = byId('grid', HTMLUListElement);
  store.watch(
    ({ language, results, grid }) => [language, results, grid],
    (state) => {
      const strings = stringsOf(state);
      const results = gridResults(state);
      list.hidden = results.length === 0;
      list.style.setProperty('--columns', String(columns(results.length)));
      list.setAttribute('aria-label', strings.variants(results.length));
      const items = results.map(({ id, url, format, request, seed, size }) => {
        const label = `${strings.resultNumber(numberOf(state, id), request.prompt)} · ${strings.seed(seed)}`;
        const open = button({ id: `grid-${id}`, 'aria-label': label }, '', () => {
          showResult(store, id);
          byId('viewer', HTMLElement).focus({ preventScroll: true });
        });
        open.append(
          format === 'pt' ? 'pt' : element('img', { src: url, alt: '' }),
          element('span', { class: 'tag' }, strings.seed(seed)),
        );
        const [width = 1, height = 1] = size.split('x').map(Number);
        open.style.setProperty('--aspect', String(width / height));
        return element('li', {}, open);
      });
      replaceChildren(list, ...items);
    },
  );
}

/** At most: three stand in a row, more in something like a square. */
function columns(count: number): number {
  return count <= 3 ? count : Math.ceil(Math.sqrt(count));
}
