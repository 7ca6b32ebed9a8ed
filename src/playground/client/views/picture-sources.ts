import type { AppStore } from '../state/app-state.js';
import { addPictures } from '../state/pictures.js';
import { byId } from './dom.js';

/** The ways in which pictures come: chosen, dropped anywhere on the page, pasted, or the sample. */
export function takePictures(store: AppStore): void {
  const add = (files: Iterable<File> | null | undefined): void => addPictures(store, [...(files ?? [])]);
  const input = byId('files', HTMLInputElement);
  byId('choose', HTMLButtonElement).addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    add(input.files);
    // The same file may be chosen again.
    input.value = '';
  });
  const sample = byId('sample', HTMLButtonElement);
  sample.addEventListener('click', () => {
    fetchPicture(sample.value).then(
      (file) => add([file]),
      (error: unknown) => store.update({ fault: { code: 'UNREACHABLE', message: String(error), param: null } }),
    );
  });
  document.addEventListener('paste', (event) => add(event.clipboardData?.files));
  takeDrops(add);
}

function takeDrops(add: (files: FileList | undefined) => void): void {
  const area = byId('drop', HTMLElement);
  const mark = (isOver: boolean): void => void area.classList.toggle('over', isOver);
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
    add(event.dataTransfer?.files);
  });
}

async function fetchPicture(address: string): Promise<File> {
  const response = await fetch(address);
  return new File([await response.blob()], 'sample.jpg', { type: 'image/jpeg' });
}
