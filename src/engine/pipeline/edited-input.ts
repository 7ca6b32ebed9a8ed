import type { Mask } from '../../images/mask/mask.js';
import { resizeLanczos } from '../../images/pil-resize.js';
import { pictureChange, type PictureChange } from '../../images/picture-change.js';
import type { RgbImage } from '../../images/rgb-image.js';
import type { Latents } from '../transformer/latents.js';
import { toRgbImage } from '../vae/pixels.js';

/** What decodes latents to a picture, float32 [3, height, width] in 0–1. */
type Decode = (latents: Latents) => Promise<Float32Array>;

/**
 * A block's colours that are off by so many times what noise explains are no noise of a VAE either: nothing has to be decoded
 * to know that something has changed.
 */
const CLEARLY_CHANGED = 2;

/** The input that a result follows, to tell whether it came out again. */
export class EditedInput {
  private roundTrip: RgbImage | undefined;

  /**
   * @param picture as the VAE's encoder sees it
   * @param latents what the encoder makes of it
   * @param mask of its size: what is compared, where not all of it may change
   */
  constructor(
    private readonly picture: RgbImage,
    private readonly latents: Latents,
    private readonly mask: Mask | null = null,
  ) {}

  /**
   * Whether a result is the input again, but for noise: that of the model (see pictureChange) and what the VAE itself loses. A
   * model that leaves the input alone gives the input's own latents back, so the result is compared with what the VAE makes of
   * those, not with the input; unless it is far from the input, which costs nothing to see and is the rule. So a VAE that
   * loses the picture itself, as one with random weights does, never makes a result look unchanged. What was decoded is kept
   * for the edit's other variants.
   *
   * With another size than the result's, the input is resized to it. An input with more pixels than the result isn't decoded,
   * since there may be no memory for it; the result is compared with the input as it is then.
   *
   * @param result as it was made, before it is resized to what was asked for
   */
  async isAgain(result: RgbImage, decode: Decode): Promise<boolean> {
    const input = resizeLanczos(this.picture, result.width, result.height);
    if (!(this.change(result, input).tone < CLEARLY_CHANGED)) return false;
    const unchanged = isLarger(this.picture, result) ? input : await this.decoded(decode);
    const { tone, structure, detail } = this.change(result, resizeLanczos(unchanged, result.width, result.height));
    return Math.max(tone, structure, detail) < 1;
  }

  private change(result: RgbImage, unchanged: RgbImage): PictureChange {
    return pictureChange(result, unchanged, this.mask?.data);
  }

  private async decoded(decode: Decode): Promise<RgbImage> {
    const { width, height } = this.picture;
    return (this.roundTrip ??= toRgbImage(await decode(this.latents), width, height));
  }
}

function isLarger(one: RgbImage, other: RgbImage): boolean {
  return one.width * one.height > other.width * other.height;
}
