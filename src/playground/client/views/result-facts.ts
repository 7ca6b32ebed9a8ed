import type { AppStore, EditResult } from '../state/app-state.js';
import { replacePictures } from '../state/pictures.js';
import { fileName, shownResult } from '../state/results.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { byId, element } from './dom.js';

/** What is known of the shown result, and what can be done with it. */
export function showResultFacts(store: AppStore): void {
  const useSeed = byId('use-seed', HTMLButtonElement);
  const useAsInput = byId('use-as-input', HTMLButtonElement);
  const download = byId('download', HTMLAnchorElement);
  const withShown = (act: (result: EditResult) => void) => (): void => {
    const result = shownResult(store.state);
    if (result !== null) act(result);
  };
  useSeed.addEventListener(
    'click',
    withShown(({ seed }) => {
      store.update({ options: { ...store.state.options, seed: String(seed) } });
      // Where it went: beside the other options, which may be folded away.
      byId('options', HTMLDetailsElement).open = true;
      byId('option-seed', HTMLInputElement).focus();
    }),
  );
  useAsInput.addEventListener(
    'click',
    withShown((result) => {
      replacePictures(store, new File([result.blob], fileName(result), { type: result.blob.type }));
      byId('prompt', HTMLTextAreaElement).focus();
    }),
  );
  store.watch(
    ({ language, results, shown }) => [language, results, shown],
    (state) => {
      const strings = stringsOf(state);
      const result = shownResult(state);
      byId('result-actions', HTMLElement).hidden = result === null;
      byId('caption', HTMLElement).textContent = result === null ? '' : caption(result, strings);
      byId('warnings', HTMLElement).replaceChildren(
        ...(result?.warnings ?? []).map((text) => element('li', { lang: 'en' }, text)),
      );
      if (result === null) return;
      useAsInput.hidden = result.format === 'pt';
      download.href = result.url;
      download.download = fileName(result);
    },
  );
}

function caption({ request, size, format, seed, loras }: EditResult, strings: Strings): string {
  const used = loras.map(({ name, scale }) => `${name} ${scale}`);
  const made = [size.replace('x', ' × '), format.toUpperCase(), ...used, strings.seed(seed)];
  return [`“${request.prompt}”`, ...made].join(' · ');
}
