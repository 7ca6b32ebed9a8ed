import { FaultError } from './service/fault.js';
import { KeyKeeper } from './service/key-keeper.js';
import { servedModel } from './service/served-model.js';
import { ServiceClient } from './service/service-client.js';
import { StatusWatcher } from './service/status-watcher.js';
import { createAppStore } from './state/app-state.js';
import { keepDraft } from './state/draft.js';
import { EditRunner } from './state/edit-runner.js';
import { measurePictures } from './state/measure-pictures.js';
import { announceRuns } from './views/announcer.js';
import { prepareCamera } from './views/camera-dialog.js';
import { showArrangementChoice } from './views/arrangement-choice.js';
import { showCode } from './views/code-box.js';
import { byId } from './views/dom.js';
import { showFaults } from './views/faults.js';
import { askForKey, prepareKeyDialog } from './views/key-dialog.js';
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
import { showSessionStrip } from './views/session-strip.js';
import { showViewer } from './views/viewer.js';

/*
 * State flows one way: what the user does and what the service says goes into the store, and each view shows its part of it.
 */
const store = createAppStore();
const keys = new KeyKeeper((wasWrong) => askForKey(store, wasWrong));
const client = new ServiceClient(keys);
const runner = new EditRunner(store, client);
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

async function run(): Promise<void> {
  await runner.run();
  // The key may have been given on the way.
  if (store.state.lacksKey && keys.isKnown) await meetModel();
  // A fault may be the first sign that the service is gone.
  if (store.state.fault !== null) await watcher.check();
}

showPageTexts(store);
showServiceStatus(store, () => void meetModel());
showPictureList(store);
showArrangementChoice(store);
showPromptBox(store, () => void run());
showLoraList(store);
showOptions(store);
showCode(store, keys);
showRunBar(
  store,
  () => void run(),
  () => runner.cancel(),
);
showViewer(store);
showMaskBrush(store);
showResultFacts(store);
showSessionStrip(store);
showFaults(store);
announceRuns(store);
takePictures(store);
prepareCamera(store);
prepareKeyDialog();
keepDraft(store);
measurePictures(store);
byId('change-key', HTMLButtonElement).addEventListener('click', () => {
  keys.forget();
  void meetModel();
});
store.watch(
  ({ service }) => [service],
  ({ service }) => {
    if (service.kind === 'ready') void meetModel();
  },
);
void watcher.check();
