/** The side of the square of latent pixels that makes one token. */
export const LATENT_PATCH = 2;

/** Latents as the VAE has them, float32 [channels, height, width]. */
export interface Latents {
  readonly data: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Latents as the transformer has them: [height/2 · width/2, channels · 4], a token's values in the order channel, row, column.
 * Source: diffusers' QwenImageEditPipeline._pack_latents.
 */
export function packLatents({ data, channels, height, width }: Latents): Float32Array {
  const packed = new Float32Array(data.length);
  forEachPair(channels, height, width, (token, pixel) => {
    packed[token] = data[pixel] ?? 0;
  });
  return packed;
}

/** The reverse of packLatents. Source: diffusers' QwenImageEditPipeline._unpack_latents. */
export function unpackLatents(packed: Float32Array, channels: number, height: number, width: number): Latents {
  const data = new Float32Array(packed.length);
  forEachPair(channels, height, width, (token, pixel) => {
    data[pixel] = packed[token] ?? 0;
  });
  return { data, channels, height, width };
}

/** Calls `visit` with the place of each value among the tokens and among the pixels. */
function forEachPair(
  channels: number,
  height: number,
  width: number,
  visit: (token: number, pixel: number) => void,
): void {
  let token = 0;
  for (let top = 0; top < height; top += LATENT_PATCH) {
    for (let left = 0; left < width; left += LATENT_PATCH) {
      for (let channel = 0; channel < channels; channel += 1) {
        const corner = (channel * height + top) * width + left;
        visit(token, corner);
        visit(token + 1, corner + 1);
        visit(token + 2, corner + width);
        visit(token + 3, corner + width + 1);
        token += 4;
      }
    }
  }
}
