import type { AppStore, InputPicture } from '../state/app-state.js';
import { isTogether } from '../state/arrangement.js';
import { removePicture } from '../state/pictures.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { button, byId, element, replaceChildren } from './dom.js';
import { PictureOrder } from './picture-order.js';

/** Shows the pictures to edit, each with a button that takes it out; as references of one edit with their numbers, to be ordered. */
export function showPictureList(store: AppStore): void {
  const list = byId('pictures', HTMLUListElement);
  const order = new PictureOrder(store, list);
  store.watch(
    ({ language, pictures, fault, together, model }) => [language, pictures, fault, together, model],
    (state) => {
      const strings = stringsOf(state);
      const isOrdered = isTogether(state, state.model);
      byId('sample', HTMLButtonElement).hidden = state.pictures.length > 0;
      list.classList.toggle('ordered', isOrdered);
      const thumbs = state.pictures.map((picture, place) => {
        const item = thumb(store, picture, strings, picture.id === state.fault?.picture);
        if (isOrdered) item.append(...order.controls(picture, place, strings));
        return item;
      });
      replaceChildren(list, ...thumbs);
    },
  );
}

function thumb(store: AppStore, { id, file, url }: InputPicture, strings: Strings, isAtFault: boolean): HTMLLIElement {
  const image = element('img', { src: url, alt: file.name, draggable: 'false' });
  // TIFF, for one, is the service's to read, not the browser's.
  image.addEventListener('error', () => image.replaceWith(element('span', { class: 'unshowable' }, file.name)));
  const remove = button({ class: 'remove', 'aria-label': strings.remove(file.name) }, '×', () => {
    removePicture(store, id);
    byId('choose', HTMLButtonElement).focus();
  });
  const item = element('li', { title: file.name, class: isAtFault ? 'at-fault' : '' }, image, remove);
  item.dataset['picture'] = String(id);
  return item;
}
