import type { AppState, AppStore, EditRequest, EditResult } from '../state/app-state.js';
import { replacePictures, setPictures } from '../state/pictures.js';
import { fileName, resultsOf, shownResult, showResultsOf } from '../state/results.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { button, byId, element } from './dom.js';
import { openPanel } from './side-panel.js';

/** What is known of the shown result, and what can be done with it. */
export function showResultFacts(store: AppStore, run: (request: EditRequest) => void): void {
  const useAsInput = byId('use-as-input', HTMLButtonElement);
  const download = byId('download', HTMLAnchorElement);
  const on = (id: string, act: (result: EditResult) => void): void =>
    byId(id, HTMLButtonElement).addEventListener('click', () => {
      const result = shownResult(store.state);
      if (result !== null) act(result);
    });
  on('use-as-input', (result) => {
    const file = new File([result.blob], fileName(result), { type: result.blob.type });
    replacePictures(store, file, { kind: 'result', result: result.id });
    const prompt = byId('prompt', HTMLTextAreaElement);
    prompt.focus();
    prompt.select();
  });
  on('another-seed', (result) => run(withAnotherSeed(result)));
  on('use-settings', (result) => {
    const { prompt, options, together, loras, pictures, mask } = result.request;
    setPictures(store, pictures);
    const own = { ...options, seed: String(result.seed) };
    store.update({ prompt, together, loras, mask, options: own, shown: result.id });
    openPanel(true);
    byId('option-seed', HTMLInputElement).focus();
  });
  on('back-to-grid', (result) => showResultsOf(store, result.run));
  store.watch(
    ({ language, results, shown, pictures, run: running }) => [language, results, shown, pictures, running === null],
    (state) => {
      const strings = stringsOf(state);
      const result = shownResult(state);
      byId('result-actions', HTMLElement).hidden = result === null;
      byId('caption', HTMLElement).replaceChildren(...(result === null ? [] : caption(result, strings)));
      byId('warnings', HTMLElement).replaceChildren(
        ...(result?.warnings ?? []).map((text) => warning(text, strings)),
        ...backToPictures(store, state, strings),
      );
      // A disabled button would lose the focus that an edit's start finds here.
      byId('another-seed', HTMLElement).setAttribute('aria-disabled', String(state.run !== null));
      if (result === null) return;
      byId('back-to-grid', HTMLElement).hidden = resultsOf(state, result.run).length < 2;
      useAsInput.hidden = result.format === 'pt';
      download.href = result.url;
      download.download = fileName(result);
    },
  );
}

/** That the default size isn't the picture's own is nobody's mistake. */
const IS_NOTE = /^size: the input of \S+ was resized to \S+, the default;/;

function warning(text: string, strings: Strings): HTMLElement {
  const own = strings.warning?.(text) ?? null;
  return element(
    'li',
    { class: IS_NOTE.test(text) ? 'note' : '', ...(own === null ? { lang: 'en' } : {}) },
    own ?? text,
  );
}

/** Beside a result that is shown: the way back to the pictures that the next edit is of. */
function backToPictures(store: AppStore, state: AppState, strings: Strings): HTMLElement[] {
  const [first] = state.pictures;
  if (state.shown === null || first === undefined) return [];
  return [
    element(
      'li',
      { class: 'next' },
      `${strings.nextIsOf(first.file.name)} `,
      button({ id: 'show-input', class: 'quiet' }, strings.showInput, () => {
        store.update({ shown: null, grid: null, compared: null });
        byId('viewer', HTMLElement).focus({ preventScroll: true });
      }),
    ),
  ];
}

/** The edit of a result alone, but for its seed. */
function withAnotherSeed({ request, input }: EditResult): EditRequest {
  const options = Object.fromEntries(Object.entries(request.options).filter(([name]) => !['seed', 'n'].includes(name)));
  return { ...request, options, pictures: request.together ? request.pictures : [input] };
}

function caption({ request, size, format, seed, loras }: EditResult, strings: Strings): (string | Node)[] {
  const used = loras.map(({ name, scale }) => `${name} ${scale}`);
  const set = Object.entries(request.options)
    .filter(([name]) => !['size', 'seed', 'n', 'output_format'].includes(name))
    .map(([name, text]) => `${strings.labels[name] ?? name} ${text}`);
  const made = [size.replace('x', ' × '), format.toUpperCase(), ...set, ...used, strings.seed(seed)];
  // A dot stays at the end of its line.
  return [`“${request.prompt}”`, ...made.flatMap((part) => [element('span', { class: 'dot' }, ' · '), part])];
}
