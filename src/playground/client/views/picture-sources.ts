import type { AppStore, PictureOrigin } from '../state/app-state.js';
import { addPictures } from '../state/pictures.js';
import { byId } from './dom.js';

/** What is done with the files that are chosen next. */
let take: (files: readonly File[]) => void = () => undefined;

/** The ways in which pictures come: chosen, dropped anywhere on the page, pasted, or the sample. */
export function takePictures(store: AppStore): void {
  const add = (files: readonly File[]): void => addPictures(store, files);
  const input = byId('files', HTMLInputElement);
  take = add;
  for (const id of ['choose', 'choose-first']) {
    byId(id, HTMLButtonElement).addEventListener('click', () => chooseFiles(true, add));
  }
  input.addEventListener('change', () => {
    take([...(input.files ?? [])]);
    take = add;
    // The same file may be chosen again.
    input.value = '';
  });
  const sample = byId('sample', HTMLButtonElement);
  sample.addEventListener('click', () => void takeSample(store, sample.value));
  document.addEventListener('paste', (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    addPictures(store, pasted.map(named), { kind: 'page' });
  });
  takeDrops(add);
}

/** Has the user choose files, one or several. */
export function chooseFiles(isMultiple: boolean, chosen: (files: readonly File[]) => void): void {
  const input = byId('files', HTMLInputElement);
  take = chosen;
  input.multiple = isMultiple;
  input.click();
}

async function takeSample(store: AppStore, path: string): Promise<void> {
  try {
    addPictures(store, [await servicePicture(await fetch(path), path)], { kind: 'service', path });
  } catch (error) {
    store.update({ fault: { code: 'UNREACHABLE', message: String(error), param: null } });
  }
}

/** A picture that the service has sent, under the name that its path ends with. */
export async function servicePicture(response: Response, path: string): Promise<File> {
  const blob = await response.blob();
  return new File([blob], serviceName({ kind: 'service', path }), { type: blob.type });
}

/** The name under which a picture of the service is used: its path's end, without the digest before it. */
export function serviceName({ path }: Extract<PictureOrigin, { kind: 'service' }>): string {
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1)).replace(/^[0-9a-f]{16}-/, '');
}

let pastedCount = 0;

/** What is pasted has the same name every time, if any: as files side by side they need their own. */
function named(file: File): File {
  pastedCount += 1;
  const extension = /\.\w+$/.exec(file.name)?.[0] ?? '.png';
  const isNameless = file.name === '' || /^image\.\w+$/.test(file.name);
  return isNameless ? new File([file], `pasted-${pastedCount}${extension}`, { type: file.type }) : file;
}

function takeDrops(add: (files: readonly File[]) => void): void {
  const mark = (isOver: boolean): void => void document.body.classList.toggle('dropping', isOver);
  const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
  document.addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener('dragleave', (event) => mark(event.relatedTarget !== null));
  document.addEventListener('drop', (event) => {
    mark(false);
    if (!holdsFiles(event)) return;
    event.preventDefault();
    add([...(event.dataTransfer?.files ?? [])]);
  });
}
