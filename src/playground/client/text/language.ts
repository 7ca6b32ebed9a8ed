import { recall, remember } from '../state/browser-storage.js';
import { chinese } from './chinese.js';
import { english, type Strings } from './english.js';

export type Language = 'en' | 'zh';

const KEY = 'language';
const STRINGS: Readonly<Record<Language, Strings>> = { en: english, zh: chinese };
/** For the page's lang attribute. */
export const LANGUAGE_TAGS: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-Hans' };

/** The language last chosen, else the first of the browser's that the page speaks. */
export function initialLanguage(): Language {
  const chosen = recall('local', KEY);
  if (chosen === 'en' || chosen === 'zh') return chosen;
  const primary = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return primary.find((tag): tag is Language => tag === 'en' || tag === 'zh') ?? 'en';
}

export function keepLanguage(language: Language): void {
  remember('local', KEY, language);
}

export function stringsOf({ language }: { readonly language: Language }): Strings {
  return STRINGS[language];
}
