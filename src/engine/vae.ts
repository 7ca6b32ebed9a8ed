import type { VaeConfig } from '../checkpoint/vae-config.js';
import type { RgbImage } from '../images/rgb-image.js';
import { floats, type GraphRunner } from './sessions/onnx-session.js';
import type { Latents } from './transformer/latents.js';
import { toUnitRange, toVaeInput } from './vae/pixels.js';

/** AutoencoderKLQwenImage on single frames. */
export class Vae {
  constructor(
    readonly config: VaeConfig,
    private readonly sessions: { readonly vaeEncoder: GraphRunner; readonly vaeDecoder: GraphRunner },
  ) {}

  /** The picture's normalised latents (the posterior's mode). Its sides must be multiples of the compression. */
  async encode(image: RgbImage): Promise<Latents> {
    const { data, shape } = await this.sessions.vaeEncoder.run({
      image: floats(toVaeInput(image), 1, 3, image.height, image.width),
    });
    const [, channels = 0, height = 0, width = 0] = shape;
    return { data, channels, height, width };
  }

  /** The picture of normalised latents: float32 [3, height, width] in 0–1. */
  async decode({ data, channels, height, width }: Latents): Promise<Float32Array> {
    const image = await this.sessions.vaeDecoder.run({ latents: floats(data, 1, channels, height, width) });
    return toUnitRange(image.data);
  }
}
