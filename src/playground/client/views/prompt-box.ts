import type { AppStore } from '../state/app-state.js';
import { type Language, stringsOf } from '../text/language.js';
import { button, byId, element } from './dom.js';

const CHINESE = /\p{Script=Han}/u;

/** The instruction, and what the model suggests that it can do. */
export function showPromptBox(store: AppStore, run: () => void): void {
  const box = byId('prompt', HTMLTextAreaElement);
  const write = (prompt: string): void => store.update({ prompt, fault: null });
  box.addEventListener('input', () => write(box.value));
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    run();
  });
  store.watch(
    ({ prompt }) => [prompt],
    ({ prompt }) => {
      if (box.value !== prompt) box.value = prompt;
    },
  );

  const list = byId('suggestions', HTMLUListElement);
  store.watch(
    ({ language, model }) => [language, model],
    (state) => {
      const suggestions = suggestionsFor(state.language, state.model?.suggestions ?? []);
      list.hidden = suggestions.length === 0;
      list.setAttribute('aria-label', stringsOf(state).suggestions);
      list.replaceChildren(
        ...suggestions.map((text) =>
          element(
            'li',
            {},
            button({ class: 'chip', ...(CHINESE.test(text) ? { lang: 'zh-Hans' } : {}) }, text, () => write(text)),
          ),
        ),
      );
    },
  );
}

/** Those in the page's language; all where the model has none in it. */
function suggestionsFor(language: Language, suggestions: readonly string[]): readonly string[] {
  const own = suggestions.filter((text) => CHINESE.test(text) === (language === 'zh'));
  return own.length === 0 ? suggestions : own;
}
