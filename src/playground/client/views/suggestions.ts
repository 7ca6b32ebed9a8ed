import type { AppStore, SuggestionGroup } from '../state/app-state.js';
import { writePrompt } from '../state/write-prompt.js';
import type { Language } from '../text/language.js';
import { button, byId, element } from './dom.js';
import { chinese } from './examples.js';

/** What the model suggests that it can do, in one row, by kinds; a click writes it as the instruction. */
export function showSuggestions(store: AppStore): void {
  const row = byId('suggestions', HTMLElement);
  // What has gone out of sight on the left fades there, as on the right.
  row.addEventListener('scroll', () => row.classList.toggle('scrolled', row.scrollLeft > 0));
  store.watch(
    ({ language, model }) => [language, model],
    ({ language, model }) => {
      const groups = groupsFor(language, model?.suggestions ?? []);
      row.hidden = groups.length === 0;
      row.replaceChildren(
        ...groups.flatMap(({ kind, prompts }, place) => {
          const chips = prompts.map((text) =>
            element(
              'li',
              {},
              button({ class: 'chip', ...chinese(text) }, text, () => take(store, text)),
            ),
          );
          if (kind === null) return [element('ul', {}, ...chips)];
          const id = `kind-${place}`;
          return [
            element('span', { class: 'kind', id }, kind[language]),
            element('ul', { 'aria-labelledby': id }, ...chips),
          ];
        }),
      );
    },
  );
}

function take(store: AppStore, prompt: string): void {
  writePrompt(store, prompt);
  byId('prompt', HTMLTextAreaElement).focus({ preventScroll: true });
}

/** Those in the page's language; all where the model has none in it. */
function groupsFor(language: Language, groups: readonly SuggestionGroup[]): readonly SuggestionGroup[] {
  const isOwn = (text: string): boolean => (chinese(text)['lang'] === 'en') === (language === 'en');
  const own = groups
    .map(({ kind, prompts }) => ({ kind, prompts: prompts.filter(isOwn) }))
    .filter(({ prompts }) => prompts.length > 0);
  return own.length === 0 ? groups : own;
}
