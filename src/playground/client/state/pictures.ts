import type { AppStore, InputPicture, PictureOrigin } from './app-state.js';
import { newId } from './new-id.js';

const FILE: PictureOrigin = { kind: 'file' };

/** A file as a picture to edit. */
export function newPicture(file: File, origin: PictureOrigin = FILE, id = newId()): InputPicture {
  return { id, file, url: URL.createObjectURL(file), origin };
}

/** Adds files to the pictures to edit. */
export function addPictures(store: AppStore, files: readonly File[], origin: PictureOrigin = FILE): void {
  if (files.length === 0) return;
  setPictures(store, [...store.state.pictures, ...files.map((file) => newPicture(file, origin))]);
}

/** Puts a file in the place of all pictures. */
export function replacePictures(store: AppStore, file: File, origin: PictureOrigin = FILE): void {
  setPictures(store, [newPicture(file, origin)]);
}

/** Puts a file in the place of one of the pictures. */
export function replacePicture(store: AppStore, id: string, file: File): void {
  setPictures(
    store,
    store.state.pictures.map((picture) => (picture.id === id ? newPicture(file) : picture)),
  );
}

export function removePicture(store: AppStore, id: string): void {
  setPictures(
    store,
    store.state.pictures.filter((picture) => picture.id !== id),
  );
}

/** Puts one of the pictures at a place, from 0, among the others. */
export function movePicture(store: AppStore, id: string, place: number): void {
  const moved = store.state.pictures.find((picture) => picture.id === id);
  if (moved === undefined) return;
  setPictures(store, store.state.pictures.filter((picture) => picture !== moved).toSpliced(place, 0, moved));
}

/** New pictures are shown at once, and what was wrong with the old ones is no more. */
export function setPictures(store: AppStore, pictures: readonly InputPicture[]): void {
  const before = store.state.pictures;
  store.update({ pictures, shown: null, grid: null, compared: null, fault: null });
  for (const picture of before) freeUnused(store, picture);
}

/** A picture's bytes stay as long as the form or the history needs them. */
export function freeUnused(store: AppStore, picture: InputPicture): void {
  const { pictures, runs } = store.state;
  const isUsed = [{ pictures }, ...runs.map(({ request }) => request)].some((user) => user.pictures.includes(picture));
  if (!isUsed) URL.revokeObjectURL(picture.url);
}
