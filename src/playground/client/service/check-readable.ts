import type { InputPicture } from '../state/app-state.js';
import { FaultError } from './fault.js';

/**
 * Makes sure that the files can still be read: one may have been changed, moved or deleted since it was chosen, or be a folder
 * that was dropped. The browser itself would say no more than that sending failed.
 * @throws FaultError with the name of the first that can't
 */
export async function checkReadable(pictures: readonly InputPicture[]): Promise<void> {
  for (const { file, id } of pictures) {
    try {
      await file.slice(0, 1).arrayBuffer();
    } catch {
      throw new FaultError({
        ...{ code: 'UNREADABLE_FILE', message: '', param: 'images', picture: id },
        words: (strings) => strings.unreadableFile(file.name),
      });
    }
  }
}
