import type { AppStore } from '../state/app-state.js';
import { type Strings } from '../text/english.js';
import { keepLanguage, LANGUAGE_TAGS, stringsOf } from '../text/language.js';
import { byId } from './dom.js';

/** Where an element of index.html says which text it gets, and how the text gets there. */
const PLACES: Readonly<Record<string, (target: HTMLElement, text: string) => void>> = {
  text: (target, text) => void (target.textContent = text),
  label: (target, text) => target.setAttribute('aria-label', text),
  title: (target, text) => target.setAttribute('title', text),
  placeholder: (target, text) => target.setAttribute('placeholder', text),
};

/** Puts the page's fixed texts in place, in the chosen language, and lets the language be chosen. */
export function showPageTexts(store: AppStore): void {
  const switcher = byId('switch-language', HTMLButtonElement);
  switcher.addEventListener('click', () => {
    const language = store.state.language === 'en' ? 'zh' : 'en';
    keepLanguage(language);
    store.update({ language });
  });
  store.watch(
    ({ language }) => [language],
    (state) => {
      const strings = stringsOf(state);
      const other = state.language === 'en' ? 'zh' : 'en';
      document.documentElement.lang = LANGUAGE_TAGS[state.language];
      document.title = strings.page.title;
      switcher.textContent = strings.otherLanguage;
      switcher.lang = LANGUAGE_TAGS[other];
      for (const [place, put] of Object.entries(PLACES)) {
        for (const target of document.querySelectorAll<HTMLElement>(`[data-${place}]`)) {
          put(target, pageText(strings, target.dataset[place] ?? ''));
        }
      }
    },
  );
}

function pageText({ page }: Strings, key: string): string {
  const text = (page as Readonly<Record<string, string>>)[key];
  if (text === undefined) throw new Error(`There is no text ${key}`);
  return text;
}
