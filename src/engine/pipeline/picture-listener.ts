import { setImmediate } from 'node:timers/promises';
import type { RgbImage } from '../../images/rgb-image.js';
import { CancelledError } from './cancelled-error.js';

/** How a picture is watched and stopped while it is made. */
export interface PictureListener {
  progress(step: number): void;
  preview(index: number, image: RgbImage): void;
  /** Asked between the networks' runs. */
  isCancelled(): boolean;
}

/**
 * Runs block the thread: messages from the parent process are read here, and a cancelled picture ends here.
 * @throws CancelledError
 */
export async function takeTurn(listener: PictureListener): Promise<void> {
  await setImmediate();
  if (listener.isCancelled()) throw new CancelledError();
}
