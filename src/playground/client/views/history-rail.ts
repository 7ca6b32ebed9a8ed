import type { AppState, AppStore, EditResult, InputPicture, PastRun } from '../state/app-state.js';
import { numberOf, parentNumbers, resultsOf, showResult, showResultsOf } from '../state/results.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { button, byId, element, replaceChildren } from './dom.js';
import { faultText } from './faults.js';

/** What can be done with an edit of the history. */
interface Actions {
  readonly runAgain: (run: PastRun) => void;
  readonly remove: (run: PastRun) => void;
}

/** All edits as a chain, newest first: each says which result it went on from. */
export function showHistory(store: AppStore, actions: Actions): void {
  const chain = byId('chain', HTMLOListElement);
  store.watch(
    ({ language, runs, results, shown, grid, run }) => [language, runs, results, shown, grid, run === null],
    (state) => {
      const { runs } = state;
      byId('history', HTMLElement).classList.toggle('none', runs.length === 0);
      byId('forget', HTMLElement).hidden = runs.length === 0;
      byId('history-hint', HTMLElement).hidden = runs.length > 0;
      const items = runs.map((run) => new RunItem(store, state, run).item(actions));
      replaceChildren(chain, ...items.reverse());
    },
  );
}

/** One edit of the history. */
class RunItem {
  private readonly strings: Strings;
  private readonly results: readonly EditResult[];

  constructor(
    private readonly store: AppStore,
    private readonly state: AppState,
    private readonly run: PastRun,
  ) {
    this.strings = stringsOf(state);
    this.results = resultsOf(state, run.id);
  }

  item(actions: Actions): HTMLLIElement {
    const { run, strings, results } = this;
    const { prompt } = run.request;
    const words = element('span', { class: 'words' }, prompt === '' ? '…' : prompt);
    const about = element('span', { class: 'meta' }, this.meta());
    const item = element('li', { class: `run ${run.outcome}${this.goesOnFromLast() ? ' linked' : ''}` });
    item.append(
      element(
        'div',
        { class: 'nodes' },
        ...(results.length === 0 ? [this.placeholder()] : results.map((one) => this.node(one))),
      ),
      element('div', { class: 'text' }, words, about, ...this.reason()),
    );
    if (run.outcome !== 'running') item.append(this.remover(actions));
    if (results.length > 1) {
      item.append(
        button({ id: `open-${run.id}`, class: 'quiet open' }, strings.openGrid(results.length), () =>
          showResultsOf(this.store, run.id),
        ),
      );
    }
    if (['failed', 'lost', 'cancelled'].includes(run.outcome)) {
      const label = { 'aria-label': `${strings.runAgain}: ${prompt}` };
      item.append(
        button({ id: `again-${run.id}`, class: 'quiet open', ...label }, strings.runAgain, () => actions.runAgain(run)),
      );
    }
    return item;
  }

  /** Why it failed, where its outcome doesn't say it all. */
  private reason(): HTMLElement[] {
    const { outcome, fault } = this.run;
    if (outcome !== 'failed' || fault === null) return [];
    const words = element('span', { class: 'meta why' }, ...faultText(fault, this.strings));
    words.title = words.textContent;
    return [words];
  }

  private remover({ remove }: Actions): HTMLButtonElement {
    const { run, strings } = this;
    const label = strings.removeRun(run.request.prompt);
    return button({ id: `forget-${run.id}`, class: 'icon', title: label, 'aria-label': label }, '×', () => {
      const chain = byId('chain', HTMLOListElement);
      const place = [...chain.querySelectorAll('.icon')].findIndex(({ id }) => id === `forget-${run.id}`);
      remove(run);
      // The focus goes to the one that has come into its place.
      const next = [...chain.querySelectorAll<HTMLElement>('.icon')];
      (next[place] ?? next.at(-1) ?? byId('prompt', HTMLElement)).focus();
    });
  }

  private node({ id, url, format, request }: EditResult): HTMLButtonElement {
    const { state, strings } = this;
    const number = numberOf(state, id);
    const label = strings.resultNumber(number, request.prompt);
    const open = button(
      {
        id: `result-${id}`,
        class: 'node',
        title: label,
        'aria-label': label,
        'aria-current': String(id === state.shown),
      },
      '',
      () => showResult(this.store, id),
    );
    open.append(
      format === 'pt' ? element('span', {}, 'pt') : element('img', { src: url, alt: '', loading: 'lazy' }),
      element('span', { class: 'number' }, String(number)),
    );
    return open;
  }

  /** Of an edit without results yet: what it starts from. */
  private placeholder(): HTMLElement {
    const { run, strings, store } = this;
    const [first] = run.request.pictures;
    const image = first === undefined ? [] : [this.startImage(first)];
    if (run.outcome !== 'running') return element('span', { class: 'node' }, ...image);
    const label = `${strings.outcomes.running}: ${run.request.prompt}`;
    const open = button({ id: `run-${run.id}`, class: 'node', 'aria-label': label }, '', () =>
      store.update({ shown: null, grid: null, compared: null }),
    );
    open.append(...image);
    return open;
  }

  private startImage({ url }: InputPicture): HTMLElement {
    const image = element('img', { src: url, alt: '' });
    image.addEventListener('error', () =>
      image.replaceWith(element('span', { class: 'unshowable' }, this.strings.unshowable)),
    );
    return image;
  }

  /** What is to be said of it in few words: what became of it, what it went on from, its seed. */
  private meta(): string {
    const { run, strings, results, state } = this;
    const parents = parentNumbers(state, run);
    const [only, ...more] = results;
    return [
      ...(run.outcome === 'done' ? [] : [strings.outcomes[run.outcome]]),
      ...(parents.length > 0 ? [strings.from(parents)] : []),
      ...(only !== undefined && more.length === 0 ? [strings.seed(only.seed)] : []),
    ].join(' · ');
  }

  /** It went on from the edit just before it. */
  private goesOnFromLast(): boolean {
    const { state, run } = this;
    const before = state.runs[state.runs.indexOf(run) - 1];
    const numbers = before === undefined ? [] : resultsOf(state, before.id).map(({ id }) => numberOf(state, id));
    return parentNumbers(state, run).some((number) => numbers.includes(number));
  }
}
