import { type CodeSource, fetchedPictures, heldPictures } from '../code/code-source.js';
import { curlCommand } from '../code/curl.js';
import { javascriptProgram } from '../code/javascript.js';
import { pythonProgram } from '../code/python.js';
import type { KeyKeeper } from '../service/key-keeper.js';
import type { AppStore } from '../state/app-state.js';
import { arranged } from '../state/arrangement.js';
import { formRequest } from '../state/form-request.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';
import { saveFile } from './save-file.js';

const CODES: readonly (readonly [string, (source: CodeSource) => string])[] = [
  ['curl', curlCommand],
  ['python', pythonProgram],
  ['javascript', javascriptProgram],
];

/** The form's request as code, to be read and copied. */
export function showCode(store: AppStore, keys: KeyKeeper): void {
  const save = byId('save-pictures', HTMLButtonElement);
  save.addEventListener('click', () => {
    for (const { file } of heldPictures(store.state)) saveFile(store, file);
  });
  for (const [id] of CODES) {
    byId(`copy-${id}`, HTMLButtonElement).addEventListener('click', () => {
      void copy(byId(id, HTMLPreElement)).then((isCopied) => {
        const { copied, copyFailed } = stringsOf(store.state);
        byId('announcer', HTMLElement).textContent = isCopied ? copied : copyFailed;
        byId('copy-note', HTMLElement).textContent = isCopied ? copied : copyFailed;
      });
    });
  }
  store.watch(
    (state) => [
      ...[state.language, state.pictures, state.prompt, state.options],
      ...[state.together, state.loras, state.mask, state.model],
    ],
    (state) => {
      const address = new URL('v1/images/edits', document.baseURI).href;
      const request = arranged(formRequest(state), state.model);
      const source = { address, base: document.baseURI, request, needsKey: keys.isKnown };
      for (const [id, write] of CODES) byId(id, HTMLPreElement).textContent = write(source);
      byId('copy-note', HTMLElement).textContent = '';
      const held = heldPictures(request).map(({ file }) => file.name);
      const fetched = fetchedPictures(source).map(({ name }) => name);
      save.hidden = held.length === 0;
      byId('code-files', HTMLElement).textContent = stringsOf(state).codeFiles(held, fetched);
    },
  );
}

/** Copies an element's text; where the browser gives pages no clipboard (plain HTTP), selects it for the user to copy. */
async function copy(place: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(place.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(place);
    return false;
  }
}
