import type { AppStore, Run } from '../state/app-state.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

const TICK_MILLISECONDS = 1000;

/** Run and Cancel in one place, and how far the edit is. */
export function showRunBar(store: AppStore, run: () => void, cancel: () => void): void {
  const runButton = byId('run', HTMLButtonElement);
  const cancelButton = byId('cancel', HTMLButtonElement);
  byId('edit-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    run();
  });
  cancelButton.addEventListener('click', cancel);
  store.watch(
    (state) => [state.run === null],
    (state) => {
      const [shown, gone] = state.run === null ? [runButton, cancelButton] : [cancelButton, runButton];
      const hadFocus = document.activeElement === gone;
      shown.hidden = false;
      gone.hidden = true;
      if (hadFocus) shown.focus();
    },
  );
  showProgress(store);
}

function showProgress(store: AppStore): void {
  const area = byId('progress', HTMLElement);
  const bar = byId('progress-bar', HTMLProgressElement);
  const text = byId('progress-text', HTMLElement);
  const render = (): void => {
    const { run } = store.state;
    area.hidden = run === null;
    if (run === null) return;
    const fraction = fractionDone(run);
    if (fraction === null) bar.removeAttribute('value');
    else bar.value = fraction;
    text.textContent = progressText(run, stringsOf(store.state));
    area.classList.toggle('away', run.phase === 'away');
  };
  store.watch(({ run, language }) => [run, language], render);
  // The time left goes down between steps, too.
  setInterval(render, TICK_MILLISECONDS);
}

/** From 0 to 1; null before the first step, when there is nothing to go by. */
function fractionDone({ phase, step, steps, image, images }: Run): number | null {
  if (phase !== 'running' || steps === 0) return null;
  return (image - 1 + step / steps) / images;
}

function progressText(run: Run, strings: Strings): string {
  const { phase, position, step, steps, image, images, endsAt } = run;
  if (phase === 'waiting') return strings.waiting;
  if (phase === 'away') return strings.away;
  if (phase === 'sending') return strings.sending;
  if (phase === 'queued') return strings.queued(position);
  const parts = [
    ...(images > 1 ? [strings.image(Math.min(image, images), images)] : []),
    step === 0 ? strings.starting : strings.step(step, steps),
    ...(endsAt === null ? [] : [strings.timeLeft(Math.max(0, (endsAt - performance.now()) / 1000))]),
  ];
  return parts.join(' · ');
}
