import { checkPictures } from '../service/check-pictures.js';
import { FaultError } from '../service/fault.js';
import type { AppStore, InputPicture } from './app-state.js';

/** Says of pictures that the service won't take as soon as they come, not only when they are sent. */
export function checkAddedPictures(store: AppStore): void {
  const checked = new Set<string>();
  store.watch(
    ({ pictures, model }) => [pictures, model === null],
    ({ pictures, model }) => {
      if (model === null) return;
      const added = pictures.filter(({ id }) => !checked.has(id));
      for (const { id } of added) checked.add(id);
      void check(store, added, model.maxFileBytes);
    },
  );
}

async function check(store: AppStore, added: readonly InputPicture[], maxFileBytes: number | null): Promise<void> {
  try {
    await checkPictures(added, maxFileBytes);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const { fault } = error;
    const isThere = store.state.pictures.some(({ id }) => id === fault.picture);
    if (isThere && store.state.fault === null) store.update({ fault: { ...fault, isQuiet: true } });
  }
}
