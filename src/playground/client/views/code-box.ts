import type { CodeSource } from '../code/code-source.js';
import { curlCommand } from '../code/curl.js';
import { pythonProgram } from '../code/python.js';
import type { KeyKeeper } from '../service/key-keeper.js';
import type { AppStore } from '../state/app-state.js';
import { arranged } from '../state/arrangement.js';
import { formRequest } from '../state/form-request.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

const CODES: readonly (readonly [string, (source: CodeSource) => string])[] = [
  ['curl', curlCommand],
  ['python', pythonProgram],
];

/** The form's request as code, to be read and copied. */
export function showCode(store: AppStore, keys: KeyKeeper): void {
  for (const [id, write] of CODES) {
    const place = byId(id, HTMLPreElement);
    byId(`copy-${id}`, HTMLButtonElement).addEventListener('click', () => {
      void copy(place).then((isCopied) => {
        const { copied, copyFailed } = stringsOf(store.state);
        byId('announcer', HTMLElement).textContent = isCopied ? copied : copyFailed;
        byId('copy-note', HTMLElement).textContent = isCopied ? copied : copyFailed;
      });
    });
    store.watch(
      (state) => [state.pictures, state.prompt, state.options, state.together, state.loras, state.mask, state.model],
      (state) => {
        const address = new URL('v1/images/edits', document.baseURI).href;
        const request = arranged(formRequest(state), state.model);
        place.textContent = write({ address, request, needsKey: keys.isKnown });
        byId('copy-note', HTMLElement).textContent = '';
      },
    );
  }
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
