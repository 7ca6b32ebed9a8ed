import { changingCells } from '../../images/mask/changing-cells.js';
import { compositePixels, compositePlanes } from '../../images/mask/composite.js';
import type { MaskedPicture } from '../../images/mask/masked-picture.js';
import { packLatents, type Latents } from '../transformer/latents.js';

/** What of a picture an edit may change, from the latents of each step to the finished pixels. */
export interface EditedArea {
  /**
   * The latents after a step, held to the picture where that stays as it is.
   * @param latents, noise packed float32 of one shape; the noise is the one that the picture began from
   * @param sigma the noise level that the step has come to
   */
  hold(latents: Float32Array, noise: Float32Array, sigma: number): Float32Array;
  /** @param edited 8-bit [height, width, 3] of the result's size */
  finishPixels(edited: Uint8Array): Uint8Array;
  /** @param edited float32 [3, height, width] of the result's size, in 0–1 */
  finishPlanes(edited: Float32Array): Float32Array;
}

/** All of it: without a mask. */
export const WHOLE_PICTURE: EditedArea = {
  hold: (latents) => latents,
  finishPixels: (edited) => edited,
  finishPlanes: (edited) => edited,
};

/** The part that a mask lets change. */
export class MaskedArea implements EditedArea {
  private readonly kept: Float32Array;
  /** Of the kept latents' shape: 1 where a value may change. */
  private readonly changes: Float32Array;

  /** @param latents of the picture at the size that is made */
  constructor(
    private readonly picture: MaskedPicture,
    latents: Latents,
  ) {
    this.kept = packLatents(latents);
    this.changes = packLatents(changingLatents(picture, latents));
  }

  /**
   * Latents that may not change are the picture's own, with as much of the noise as this step has left.
   * Source: diffusers' QwenImageEditInpaintPipeline and FlowMatchEulerDiscreteScheduler.scale_noise; of the mask the cells that it
   * reaches into at all, where diffusers takes the nearest pixel.
   */
  hold(latents: Float32Array, noise: Float32Array, sigma: number): Float32Array {
    const share = Math.fround(1 - sigma);
    return latents.map((value, index) =>
      this.changes[index] === 1
        ? value
        : Math.fround(sigma * (noise[index] ?? 0)) + Math.fround(share * (this.kept[index] ?? 0)),
    );
  }

  finishPixels(edited: Uint8Array): Uint8Array {
    return compositePixels(edited, { original: this.picture.atResult, weights: this.picture.weights });
  }

  finishPlanes(edited: Float32Array): Float32Array {
    return compositePlanes(edited, { original: this.picture.atResult, weights: this.picture.weights });
  }
}

/** The mask as latents of the picture's shape: the same in every channel. */
function changingLatents({ changes }: MaskedPicture, { channels, height, width }: Latents): Latents {
  const cells = changingCells(changes, changes, changes.height / height);
  const data = new Float32Array(channels * cells.length);
  for (let channel = 0; channel < channels; channel += 1) data.set(cells, channel * cells.length);
  return { data, channels, height, width };
}
