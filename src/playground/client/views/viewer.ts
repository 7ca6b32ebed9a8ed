import type { AppState, AppStore } from '../state/app-state.js';
import { editCount } from '../state/arrangement.js';
import { comparedResult, numberOf, shownResult } from '../state/results.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';
import { Zoom } from './zoom.js';

/** Aspects that differ by less are the same picture's, rounded to what the networks can make of a small one. */
const SAME_ASPECT = 1.12;

/** A picture to show: its address and what it is. */
interface Shown {
  readonly url: string;
  readonly alt: string;
}

/** What the frame shows now: one picture, or two with a divider between them. */
interface View {
  readonly before: Shown | null;
  readonly after: Shown | null;
  readonly isBusy: boolean;
  /** What stands there instead of pictures. */
  readonly text: string;
}

/** The frame with the picture: as it was, as it becomes, and both beside each other once it is done. */
export function showViewer(store: AppStore): void {
  const frame = byId('viewer', HTMLElement);
  const [before, after] = [byId('before', HTMLImageElement), byId('after', HTMLImageElement)];
  const zoom = new Zoom(frame, () => spanPictures(frame, [before, after]));
  const fit = (): void => {
    fitTogether(before, after);
    spanPictures(frame, [before, after]);
  };
  /** Addresses of pictures that the browser can't draw, such as a TIFF's. */
  const broken = new Set<string>();
  const show = (state: AppState): void => {
    const view = drawable(viewOf(state), broken, stringsOf(state));
    frame.classList.toggle('busy', view.isBusy);
    put(before, view.before);
    put(after, view.after);
    byId('viewer-text', HTMLElement).textContent = view.text;
    for (const id of ['compare', 'divider', 'before-tag', 'after-tag']) {
      byId(id, HTMLElement).hidden = view.before === null;
    }
    byId('zoom-buttons', HTMLElement).hidden = view.after === null || state.grid !== null;
    byId('toolbar', HTMLElement).hidden = view.after === null && view.text === '';
    tellDivision(state);
    fit();
  };
  for (const image of [before, after]) {
    image.addEventListener('load', fit);
    image.addEventListener('error', () => {
      const url = image.getAttribute('src');
      if (url === null) return;
      broken.add(url);
      show(store.state);
    });
  }
  after.addEventListener('load', () => zoom.show(after.naturalWidth, after.naturalHeight));
  divide(frame, () => tellDivision(store.state));
  store.watch(
    ({ run }) => [run === null],
    ({ run }) => {
      // On a phone the frame may be above what is seen.
      if (run !== null) frame.scrollIntoView({ block: 'nearest' });
    },
  );
  store.watch(
    ({ language, pictures, run, results, shown, grid, compared }) => [
      ...[language, pictures, run, results],
      ...[shown, grid, compared],
    ],
    (state) => show(state),
  );
}

function viewOf(state: AppState): View {
  const strings = stringsOf(state);
  const none = { before: null, after: null, isBusy: false, text: '' };
  const { run, pictures } = state;
  const result = shownResult(state);
  if (result !== null) {
    const { input, request, url, format } = result;
    const other = comparedResult(state);
    if (format === 'pt') return { ...none, text: strings.tensor };
    return {
      ...none,
      before:
        other === null
          ? { url: input.url, alt: strings.beforeAlt(input.file.name) }
          : { url: other.url, alt: strings.resultNumber(numberOf(state, other.id), other.request.prompt) },
      after: { url, alt: strings.afterAlt(request.prompt) },
    };
  }
  if (run !== null) {
    const edits = editCount(run.request);
    const input = run.request.pictures[Math.min(edits - 1, Math.floor(((run.image - 1) * edits) / run.images))];
    const start = input === undefined ? null : { url: input.url, alt: input.file.name };
    const preview = run.previewUrl === null ? start : { url: run.previewUrl, alt: strings.previewAlt };
    return { ...none, after: preview, isBusy: true };
  }
  const [first] = pictures;
  return first === undefined ? none : { ...none, after: { url: first.url, alt: first.file.name } };
}

/** The view without the pictures that the browser can't draw: words in place of the main one. */
function drawable(view: View, broken: ReadonlySet<string>, strings: Strings): View {
  const { before, after } = view;
  if (after !== null && broken.has(after.url)) {
    return { ...view, before: null, after: null, text: strings.undrawable(after.alt) };
  }
  return before !== null && broken.has(before.url) ? { ...view, before: null } : view;
}

function put(image: HTMLImageElement, shown: Shown | null): void {
  image.hidden = shown === null;
  image.alt = shown?.alt ?? '';
  if (shown === null) image.removeAttribute('src');
  else if (image.src !== shown.url) image.src = shown.url;
}

/** Both pictures fill the same box when they have the same aspect but for rounding. */
function fitTogether(before: HTMLImageElement, after: HTMLImageElement): void {
  const aspect = ({ naturalWidth, naturalHeight }: HTMLImageElement): number => naturalWidth / naturalHeight;
  const ratio = aspect(before) / aspect(after);
  const isSame = ratio < SAME_ASPECT && ratio > 1 / SAME_ASPECT;
  after.style.setProperty('--aspect', String(aspect(after) || 1));
  before.style.setProperty('--aspect', String(isSame ? aspect(after) : aspect(before) || 1));
}

/** Tells the styles where in the frame the pictures are seen: the divider's way, in pixels of the page. */
function spanPictures(frame: HTMLElement, images: readonly HTMLImageElement[]): void {
  const { left, top, width, height } = frame.getBoundingClientRect();
  const boxes = images.filter(({ hidden }) => !hidden).map((image) => image.getBoundingClientRect());
  const within = (place: number, most: number): number => Math.min(most, Math.max(0, place));
  const span = {
    left: within(Math.min(...boxes.map((box) => box.left - left)), width),
    right: within(Math.max(...boxes.map((box) => box.right - left)), width),
    top: within(Math.min(...boxes.map((box) => box.top - top)), height),
    bottom: within(Math.max(...boxes.map((box) => box.bottom - top)), height),
  };
  for (const [side, place] of Object.entries(span)) frame.style.setProperty(`--span-${side}`, `${place}px`);
}

/** Lets the divider be moved. */
function divide(frame: HTMLElement, moved: () => void): void {
  const slider = byId('compare', HTMLInputElement);
  const move = (): void => {
    frame.style.setProperty('--split', slider.value);
    moved();
  };
  slider.addEventListener('input', move);
  move();
}

/** Says what the divider's place means: how much of the picture is seen as it was. */
function tellDivision(state: AppState): void {
  const slider = byId('compare', HTMLInputElement);
  const strings = stringsOf(state);
  const other = comparedResult(state);
  const left = other === null ? strings.page.before : strings.number(numberOf(state, other.id));
  byId('before-tag', HTMLElement).textContent = left;
  const right =
    other === null || state.shown === null ? strings.page.after : strings.number(numberOf(state, state.shown));
  byId('after-tag', HTMLElement).textContent = right;
  const share = Math.round(Number(slider.value));
  slider.setAttribute('aria-valuetext', strings.division(left, share, right, 100 - share));
}
