import type { VaeConfig } from '../../../checkpoint/vae-config.js';
import { attentionRun } from './attention-run.js';
import type { Held, RunMemory } from './run-memory.js';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** The sides of the kernels that are alike everywhere. */
const KERNEL = 3;
const PICTURE_CHANNELS = 3;

/** A picture inside the VAE. */
interface Level {
  readonly pixels: number;
  readonly channels: number;
}

/** Runs the VAE's encoder as the CUDA provider does (graph/networks/vae-encoder.ts). @param pixels of the picture */
export function vaeEncoderRun(memory: RunMemory, config: VaeConfig, pixels: number, bytes: number): void {
  const { inputChannels, baseDim, dimMult, numResBlocks, zDim } = config;
  memory.run([pixels * inputChannels * FLOAT], () => {
    const vae = new VaeRun(memory, bytes);
    let level: Level = { pixels, channels: baseDim };
    const image = vae.tensor({ pixels, channels: inputChannels });
    let hidden = vae.conv({ pixels, channels: inputChannels }, level.channels, KERNEL);
    memory.drop(image);
    for (const [stage, multiplier] of dimMult.entries()) {
      for (let block = 0; block < numResBlocks; block += 1) {
        hidden = vae.residualBlock(hidden, level, baseDim * multiplier);
        level = { ...level, channels: baseDim * multiplier };
      }
      if (stage === dimMult.length - 1) continue;
      const smaller = { ...level, pixels: level.pixels / 4 };
      hidden = vae.convolved(hidden, level, level.channels, KERNEL, smaller.pixels);
      level = smaller;
    }
    hidden = vae.midBlock(hidden, level);
    const normed = vae.normed(hidden, level);
    memory.drop(hidden);
    const moments = vae.convolved(normed, level, 2 * zDim, KERNEL);
    const posterior = vae.convolved(moments, { ...level, channels: 2 * zDim }, 2 * zDim, 1);
    return [memory.from(level.pixels * zDim * FLOAT, posterior)];
  });
}

/** Runs the VAE's decoder as the CUDA provider does (graph/networks/vae-decoder.ts). @param pixels of the picture */
export function vaeDecoderRun(memory: RunMemory, config: VaeConfig, pixels: number, bytes: number): void {
  const { zDim, baseDim, dimMult, numResBlocks, inputChannels, spatialCompression } = config;
  const latentPixels = pixels / spatialCompression ** 2;
  memory.run([latentPixels * zDim * FLOAT], () => {
    const vae = new VaeRun(memory, bytes);
    const latents: Level = { pixels: latentPixels, channels: zDim };
    const widths = dimMult.map((multiplier) => multiplier * baseDim).reverse();
    let level: Level = { pixels: latentPixels, channels: widths[0] ?? baseDim };
    let hidden = vae.convolved(vae.tensor(latents), latents, zDim, 1);
    hidden = vae.convolved(hidden, latents, level.channels, KERNEL);
    hidden = vae.midBlock(hidden, level);
    for (const [stage, outChannels] of widths.entries()) {
      for (let block = 0; block <= numResBlocks; block += 1) {
        hidden = vae.residualBlock(hidden, level, outChannels);
        level = { ...level, channels: outChannels };
      }
      if (stage === widths.length - 1) continue;
      // Every pixel is repeated, then a convolution halves the channels.
      level = { ...level, pixels: 4 * level.pixels };
      hidden = vae.convolved(vae.tensor(level, hidden), level, level.channels / 2, KERNEL);
      level = { ...level, channels: level.channels / 2 };
    }
    const normed = vae.normed(hidden, level);
    memory.drop(hidden);
    const decoded = vae.convolved(normed, level, inputChannels, KERNEL);
    return [memory.from(pixels * inputChannels * FLOAT, decoded)];
  });
}

class VaeRun {
  constructor(
    private readonly memory: RunMemory,
    private readonly bytes: number,
  ) {}

  tensor({ pixels, channels }: Level, ...from: readonly Held[]): Held {
    return this.memory.from(pixels * channels * this.bytes, ...from);
  }

  /**
   * A convolution whose input stays. Where its kernel is larger than a pixel, cuDNN gets as much workspace as a change of its
   * tensors' layout takes: input, result and weights. A picture's own few channels need no change.
   */
  conv({ pixels, channels }: Level, outChannels: number, kernel: number, outPixels = pixels): Held {
    const weights = channels * outChannels * kernel ** 2;
    const result = this.tensor({ pixels: outPixels, channels: outChannels });
    const isTurned = kernel > 1 && channels > PICTURE_CHANNELS;
    if (isTurned) this.memory.scratch((pixels * channels + outPixels * outChannels + weights) * this.bytes);
    return result;
  }

  /** A convolution of what nothing reads afterwards. */
  convolved(x: Held, level: Level, outChannels: number, kernel: number, outPixels = level.pixels): Held {
    const result = this.conv(level, outChannels, kernel, outPixels);
    this.memory.drop(x);
    return result;
  }

  /**
   * The norm over channels, and the activation behind it unless it goes without: in float32, from the norms on, until the
   * convolution that follows casts it. Its input stays.
   */
  normed(_x: Held, level: Level, isActivated = true): Held {
    const { memory, bytes } = this;
    const { pixels, channels } = level;
    const isCast = bytes !== FLOAT;
    const [perPixel, all] = [pixels * FLOAT, pixels * channels * FLOAT];
    const wide = isCast ? [memory.tensor(all)] : [];
    const sums = memory.from(pixels * bytes, this.tensor(level));
    const roots = memory.from(perPixel, isCast ? memory.from(perPixel, sums) : sums);
    const factor = memory.from(perPixel, memory.from(perPixel, roots));
    const scaled = memory.from(all, memory.from(all, factor, ...wide));
    const activated = isActivated ? memory.from(all, scaled) : scaled;
    return isCast ? this.tensor(level, activated) : activated;
  }

  residualBlock(x: Held, level: Level, outChannels: number): Held {
    const { memory } = this;
    const wider = { ...level, channels: outChannels };
    const inner = this.convolved(this.normed(x, level), level, outChannels, KERNEL);
    const second = this.normed(inner, wider);
    memory.drop(inner);
    const result = this.convolved(second, wider, outChannels, KERNEL);
    const shortcut = level.channels === outChannels ? x : this.convolved(x, level, outChannels, 1);
    return this.tensor(wider, result, shortcut);
  }

  midBlock(x: Held, level: Level): Held {
    const attended = this.pixelAttention(this.residualBlock(x, level, level.channels), level);
    return this.residualBlock(attended, level, level.channels);
  }

  private pixelAttention(x: Held, level: Level): Held {
    const { memory, bytes } = this;
    const { pixels, channels } = level;
    const three = { pixels, channels: 3 * channels };
    const joined = this.convolved(this.normed(x, level, false), level, three.channels, 1);
    const turned = this.tensor(three, joined);
    const parts = [this.tensor(level), this.tensor(level), this.tensor(level)];
    memory.drop(turned);
    const heads = { batch: 1, tokens: pixels, keys: pixels, heads: 1, headDim: channels, bytes, hasBias: false };
    const attended = attentionRun(memory, heads);
    memory.drop(...parts);
    const projected = this.convolved(this.tensor(level, attended), level, channels, 1);
    return this.tensor(level, projected, x);
  }
}
