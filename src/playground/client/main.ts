import { HistoryKeeper } from './keep/history-keeper.js';
import { EditJobs } from './service/edit-jobs.js';
import { FaultError } from './service/fault.js';
import { KeyKeeper } from './service/key-keeper.js';
import { servedModel } from './service/served-model.js';
import { ServiceClient } from './service/service-client.js';
import { StatusWatcher } from './service/status-watcher.js';
import { createAppStore, type EditRequest } from './state/app-state.js';
import { checkAddedPictures } from './state/check-added.js';
import { keepDraft } from './state/draft.js';
import { EditRunner } from './state/edit-runner.js';
import { forgetAll, forgetRun } from './state/forget.js';
import { measurePictures } from './state/measure-pictures.js';
import { announceRuns } from './views/announcer.js';
import { showArrangementChoice } from './views/arrangement-choice.js';
import { prepareCamera } from './views/camera-dialog.js';
import { showCode } from './views/code-box.js';
import { showCompareChoice } from './views/compare-choice.js';
import { byId } from './views/dom.js';
import { showExamples } from './views/examples.js';
import { showFailure } from './views/failure.js';
import { showFaults } from './views/faults.js';
import { prepareForgetting } from './views/forget-dialog.js';
import { showHistory } from './views/history-rail.js';
import { askForKey, prepareKeyDialog } from './views/key-dialog.js';
import { warnBeforeLeaving } from './views/leave-warning.js';
import { showLoraList } from './views/lora-list.js';
import { showMaskBrush } from './views/mask-brush.js';
import { showOptions } from './views/options-form.js';
import { showPageTexts } from './views/page-texts.js';
import { showPictureList } from './views/picture-list.js';
import { takePictures } from './views/picture-sources.js';
import { showPromptBox } from './views/prompt-box.js';
import { showResultFacts } from './views/result-facts.js';
import { showRunBar } from './views/run-bar.js';
import { showServiceStatus } from './views/service-status.js';
import { showSidePanel } from './views/side-panel.js';
import { showSuggestions } from './views/suggestions.js';
import { showVariantsGrid } from './views/variants-grid.js';
import { showViewer } from './views/viewer.js';

/*
 * State flows one way: what the user does and what the service says goes into the store, and each view shows its part of it.
 */
const store = createAppStore();
/** Faults that a service which is ready has no more. */
const AWAY = ['UNREACHABLE', 'MODEL_NOT_READY'];
const keys = new KeyKeeper((wasWrong) => askForKey(store, wasWrong));
const client = new ServiceClient(keys);
const jobs = new EditJobs(client);
const runner = new EditRunner(store, jobs, () => servedModel(client));
const watcher = new StatusWatcher(store);

/** Asks what is served, whenever the service has become ready: it may be another model than before. */
async function meetModel(): Promise<void> {
  try {
    store.update({ model: await servedModel(client), lacksKey: false });
    byId('change-key', HTMLButtonElement).hidden = !keys.isKnown;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    if (error.fault.code === 'UNAUTHORIZED') store.update({ lacksKey: true });
    else await watcher.check();
  }
}

/** @param request the form's, where none is given */
async function run(request?: EditRequest): Promise<void> {
  await runner.run(request);
  // The key may have been given on the way.
  if (store.state.lacksKey && keys.isKnown) await meetModel();
  // A fault may be the first sign that the service is gone.
  if (store.state.fault !== null) await watcher.check();
}

/** Puts what the browser has kept into place, and goes on with what was on its way. */
async function comeBack(): Promise<void> {
  await HistoryKeeper.start(store);
  const { runs, run: current } = store.state;
  for (const past of runs.filter(({ id, outcome }) => outcome === 'running' && id !== current?.id)) {
    await store.until(({ run }) => run === null, new AbortController().signal);
    await runner.resume(past);
  }
}

/** Makes the edit again that has failed: as the form has it now, unless that is of other pictures. */
function retry(): void {
  const { pictures } = store.state;
  const last = runner.lastAsked;
  const isForm = last === null || last.pictures.every((picture) => pictures.includes(picture));
  void run(isForm && pictures.length > 0 ? undefined : (last ?? undefined));
}

const runForm = (): void => void run();
showPageTexts(store);
showServiceStatus(store, () => void meetModel());
showPictureList(store);
showArrangementChoice(store);
showPromptBox(store, runForm);
showSuggestions(store);
showSidePanel(store);
showLoraList(store);
showOptions(store);
showCode(store, keys);
showRunBar(store, runForm, () => runner.cancel());
showViewer(store);
showVariantsGrid(store);
showExamples(store, client, runForm);
showCompareChoice(store);
showMaskBrush(store);
showResultFacts(store, (request) => void run(request));
showHistory(store, {
  runAgain: ({ request }) => void run(request),
  remove: (past) => void forgetRun(store, past, jobs),
});
showFaults(store);
showFailure(store, { retry, enterKey: () => void meetModel() });
announceRuns(store);
takePictures(store);
prepareCamera(store);
prepareKeyDialog();
prepareForgetting(() => void forgetAll(store, runner, jobs));
warnBeforeLeaving(store);
keepDraft(store);
measurePictures(store);
checkAddedPictures(store);
void comeBack();
byId('change-key', HTMLButtonElement).addEventListener('click', () => {
  keys.forget();
  void meetModel();
});
store.watch(
  ({ service }) => [service],
  ({ service }) => {
    if (service.kind !== 'ready') return;
    // What kept it from an edit is over.
    if (AWAY.includes(store.state.fault?.code ?? '')) store.update({ fault: null });
    void meetModel();
  },
);
void watcher.check();
