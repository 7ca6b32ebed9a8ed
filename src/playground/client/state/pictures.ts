import { type AppStore, type InputPicture, nextId } from './app-state.js';

/** Adds files to the pictures to edit. Whether they are pictures is for the service to say. */
export function addPictures(store: AppStore, files: readonly File[]): void {
  if (files.length === 0) return;
  const added = files.map((file) => ({ id: nextId(), file, url: URL.createObjectURL(file) }));
  setPictures(store, [...store.state.pictures, ...added]);
}

/** Puts a file in the place of all pictures. */
export function replacePictures(store: AppStore, file: File): void {
  setPictures(store, []);
  addPictures(store, [file]);
}

export function removePicture(store: AppStore, id: number): void {
  setPictures(
    store,
    store.state.pictures.filter((picture) => picture.id !== id),
  );
}

/** Puts one of the pictures at a place, from 0, among the others. */
export function movePicture(store: AppStore, id: number, place: number): void {
  const moved = store.state.pictures.find((picture) => picture.id === id);
  if (moved === undefined) return;
  setPictures(store, store.state.pictures.filter((picture) => picture !== moved).toSpliced(place, 0, moved));
}

/** New pictures are shown at once, and what was wrong with the old ones is no more. */
function setPictures(store: AppStore, pictures: readonly InputPicture[]): void {
  const before = store.state.pictures;
  store.update({ pictures, shown: null, fault: null });
  for (const picture of before) freeUnused(store, picture);
}

/** A picture's bytes stay as long as the form, a run or a result needs them. */
export function freeUnused(store: AppStore, picture: InputPicture): void {
  const { pictures, run, results } = store.state;
  const isUsed =
    pictures.includes(picture) ||
    run?.request.pictures.includes(picture) === true ||
    results.some(({ request }) => request.pictures.includes(picture));
  if (!isUsed) URL.revokeObjectURL(picture.url);
}
