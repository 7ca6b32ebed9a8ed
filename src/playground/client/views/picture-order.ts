import type { AppStore, InputPicture } from '../state/app-state.js';
import { movePicture } from '../state/pictures.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { button, byId, element } from './dom.js';
import { dragItems } from './drag-items.js';

/** Lets the references of an edit be put in order: each has its number and two buttons, and can be dragged. */
export class PictureOrder {
  constructor(
    private readonly store: AppStore,
    list: HTMLUListElement,
  ) {
    dragItems(list, (item, place) => this.move(item.dataset['picture'] ?? '', place));
  }

  /** What a picture at a place, from 0, has beside its thumbnail. */
  controls({ id, file }: InputPicture, place: number, strings: Strings): HTMLElement[] {
    const number = element('span', { class: 'number' }, strings.picture(place + 1));
    const isLast = place === this.store.state.pictures.length - 1;
    const mover = (way: 'earlier' | 'later', sign: string, isEnd: boolean, to: number): HTMLButtonElement =>
      button(
        // A disabled button would lose the focus.
        { id: `${way}-${id}`, class: 'icon', 'aria-label': strings[way](file.name), 'aria-disabled': String(isEnd) },
        sign,
        () => {
          if (!isEnd) this.move(id, to);
        },
      );
    const movers = element(
      'span',
      { class: 'movers' },
      mover('earlier', '‹', place === 0, place - 1),
      mover('later', '›', isLast, place + 1),
    );
    movers.addEventListener('keydown', ({ key }) => {
      if (key === 'ArrowLeft' && place > 0) this.move(id, place - 1);
      if (key === 'ArrowRight' && !isLast) this.move(id, place + 1);
    });
    return [number, movers];
  }

  private move(id: string, place: number): void {
    movePicture(this.store, id, place);
    const { pictures } = this.store.state;
    const name = pictures.find((picture) => picture.id === id)?.file.name ?? '';
    byId('announcer', HTMLElement).textContent = stringsOf(this.store.state).moved(name, place + 1, pictures.length);
  }
}
