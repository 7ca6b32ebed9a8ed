import type { AppStore, InputPicture } from '../state/app-state.js';
import { isTogether } from '../state/arrangement.js';
import { removePicture, replacePicture } from '../state/pictures.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { button, byId, element, replaceChildren } from './dom.js';
import { chooseFiles } from './picture-sources.js';
import { PictureOrder } from './picture-order.js';

/** Shows the pictures to edit, each to be replaced or taken out; as references of one edit with their numbers, to be ordered. */
export function showPictureList(store: AppStore): void {
  const list = byId('pictures', HTMLUListElement);
  const order = new PictureOrder(store, list);
  store.watch(
    ({ language, pictures, fault, together, model }) => [language, pictures, fault, together, model],
    (state) => {
      const strings = stringsOf(state);
      const isOrdered = isTogether(state, state.model);
      list.classList.toggle('ordered', isOrdered);
      const thumbs = state.pictures.map((picture, place) => {
        const item = thumb(picture, picture.id === state.fault?.picture);
        if (isOrdered) item.append(...order.controls(picture, place, strings));
        item.append(...changers(store, picture, strings));
        return item;
      });
      replaceChildren(list, ...thumbs);
    },
  );
}

function thumb({ id, file, url }: InputPicture, isAtFault: boolean): HTMLLIElement {
  const image = element('img', { src: url, alt: file.name, draggable: 'false' });
  // TIFF, for one, is the service's to read, not the browser's.
  image.addEventListener('error', () => image.replaceWith(element('span', { class: 'unshowable' }, file.name)));
  const item = element('li', { title: file.name, class: isAtFault ? 'at-fault' : '' }, image);
  item.dataset['picture'] = id;
  return item;
}

function changers(store: AppStore, { id, file }: InputPicture, strings: Strings): HTMLButtonElement[] {
  const { name } = file;
  const replace = button({ id: `replace-${id}`, class: 'icon', 'aria-label': strings.replace(name) }, '⟳', () =>
    chooseFiles(false, ([chosen]) => {
      if (chosen !== undefined) replacePicture(store, id, chosen);
    }),
  );
  const remove = button({ id: `remove-${id}`, class: 'icon', 'aria-label': strings.remove(name) }, '×', () => {
    removePicture(store, id);
    byId('choose', HTMLButtonElement).focus();
  });
  return [replace, remove];
}
