import type { AppStore, InputPicture } from '../state/app-state.js';
import { removePicture } from '../state/pictures.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { button, byId, element } from './dom.js';

/** Shows the pictures to edit, each with a button that takes it out. */
export function showPictureList(store: AppStore): void {
  const list = byId('pictures', HTMLUListElement);
  store.watch(
    ({ language, pictures, fault }) => [language, pictures, fault],
    (state) => {
      const strings = stringsOf(state);
      byId('sample', HTMLButtonElement).hidden = state.pictures.length > 0;
      list.replaceChildren(
        ...state.pictures.map((picture) => thumb(store, picture, strings, picture.id === state.fault?.picture)),
      );
    },
  );
}

function thumb(store: AppStore, { id, file, url }: InputPicture, strings: Strings, isAtFault: boolean): HTMLLIElement {
  const image = element('img', { src: url, alt: file.name });
  // TIFF, for one, is the service's to read, not the browser's.
  image.addEventListener('error', () => image.replaceWith(element('span', { class: 'unshowable' }, file.name)));
  const remove = button({ class: 'remove', 'aria-label': strings.remove(file.name) }, '×', () => {
    removePicture(store, id);
    byId('choose', HTMLButtonElement).focus();
  });
  return element('li', { title: file.name, class: isAtFault ? 'at-fault' : '' }, image, remove);
}
