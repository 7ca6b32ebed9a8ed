import type { PictureSize } from '../mask/mask.js';
import type { AppStore, InputPicture } from './app-state.js';

/** Keeps the pictures' sizes in the state. */
export function measurePictures(store: AppStore): void {
  const asked = new Set<string>();
  store.watch(
    ({ pictures }) => [pictures],
    ({ pictures }) => {
      for (const picture of pictures.filter(({ id }) => !asked.has(id))) {
        asked.add(picture.id);
        void sizeOf(picture).then((size) => store.update({ sizes: { ...store.state.sizes, [picture.id]: size } }));
      }
    },
  );
}

/** As the picture is seen, after its orientation; null when the browser can't show it. */
async function sizeOf({ url }: InputPicture): Promise<PictureSize | null> {
  const image = new Image();
  const isLoaded = await new Promise<boolean>((resolve) => {
    image.addEventListener('load', () => resolve(true));
    image.addEventListener('error', () => resolve(false));
    image.src = url;
  });
  return isLoaded ? { width: image.naturalWidth, height: image.naturalHeight } : null;
}
