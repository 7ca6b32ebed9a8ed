import type { RgbImage } from '../../images/rgb-image.js';
import type { MadePicture } from '../../protocol/picture.js';
import { placeOf } from '../edit-job.js';
import type { PictureTurn } from '../work-queue.js';
import type { PictureEncoder } from './picture-encoder.service.js';

/** Encodes what an engine makes of one turn: one thing after the other, in the order in which they were made. */
export class PictureWriter {
  private writing: Promise<void> = Promise.resolve();

  /** @param fail takes what went wrong */
  constructor(
    private readonly turn: PictureTurn,
    private readonly encoder: PictureEncoder,
    private readonly fail: (error: unknown) => void,
  ) {}

  preview(index: number, image: RgbImage): void {
    this.write(async () => {
      const { turn } = this;
      const { width, height } = image;
      const bytes = await this.encoder.preview(image, turn.edit);
      await turn.preview({ image: turn.index + 1, index, bytes, width, height });
    });
  }

  /**
   * The turn is finished with the file.
   * @param told that the picture is made, which comes before
   */
  result({ picture, tokens, warnings }: MadePicture, told: Promise<void>): void {
    this.write(async () => {
      const { edit, index, signal } = this.turn;
      const { width, height } = picture;
      const bytes = await this.encoder.result(picture, edit);
      if (signal.aborted) return;
      await told;
      await this.turn.finish({ bytes, width, height, tokens, warnings, ...placeOf(edit, index) });
    });
  }

  /** Nothing is written for a job that has ended. */
  private write(write: () => Promise<void>): void {
    this.writing = this.writing.then(() => (this.turn.signal.aborted ? undefined : write().catch(this.fail)));
  }
}
