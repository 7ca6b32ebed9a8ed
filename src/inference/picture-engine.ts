import type { RgbImage } from '../images/rgb-image.js';
import type { MadePicture } from '../protocol/picture.js';
import type { PictureRequest } from '../protocol/picture-request.js';

/** Is told of a picture while an engine makes it. */
export interface ProgressListener {
  /** Step `step` of `steps` is done (they count from 1). */
  progress(step: number, steps: number): void;

  /** @param index which of the picture's previews, from 0 */
  preview(index: number, image: RgbImage): void;
}

/** Something that makes pictures, one at a time: what workers ask of an engine. */
export interface PictureEngine {
  /** By which logs and metrics tell of it. */
  readonly name: string;

  /**
   * Resolves when the engine can make pictures or won't become able to, in which case `make` says why.
   * @returns aborted when that is over: the engine has died and loads again, or the service ends
   */
  settled(): Promise<AbortSignal>;

  /**
   * Makes one picture. The caller asks for one at a time.
   * @param signal aborted to give the picture up: the promise rejects once the engine has
   * @throws EditError
   */
  make(request: PictureRequest, listener: ProgressListener, signal: AbortSignal): Promise<MadePicture>;
}
