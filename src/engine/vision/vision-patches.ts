import type { PreprocessorConfig } from '../../checkpoint/preprocessor-config.js';
import type { RgbImage } from '../../images/rgb-image.js';
import { smartResize } from '../../images/smart-resize.js';
import { resizeBicubicAntialiased } from '../../images/torchvision-resize.js';
import type { PatchGrid } from './patch-grid.js';

const CHANNELS = 3;

/** A picture as the vision tower takes it. */
export interface VisionPatches extends PatchGrid {
  /** float32 [gridHeight · gridWidth, channels · temporalPatchSize · patchSize · patchSize] */
  readonly pixelValues: Float32Array;
}

/**
 * Resizes, normalises and cuts a picture into patches. Patches come in groups of mergeSize × mergeSize neighbours, the
 * groups row by row; within a patch the order is channel, time (the same frame again and again), y, x.
 *
 * Source: transformers' Qwen2VLImageProcessor (the torchvision one).
 */
export function visionPatches(image: RgbImage, config: PreprocessorConfig): VisionPatches {
  const { patchSize, mergeSize, minPixels, maxPixels } = config;
  const size = smartResize(image, patchSize * mergeSize, minPixels, maxPixels);
  const resized = resizeBicubicAntialiased(image, size.width, size.height);
  return {
    pixelValues: cutPatches(resized, config),
    gridHeight: size.height / patchSize,
    gridWidth: size.width / patchSize,
  };
}

function cutPatches(image: RgbImage, config: PreprocessorConfig): Float32Array {
  const { patchSize, mergeSize, temporalPatchSize } = config;
  const values = normalisedValues(config);
  const framePixels = patchSize * patchSize;
  const pixelValues = new Float32Array(image.width * image.height * CHANNELS * temporalPatchSize);
  let to = 0;
  for (const [top, left] of patchOrigins(image, patchSize, mergeSize)) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const frameStart = to;
      for (let y = top; y < top + patchSize; y++) {
        let from = (y * image.width + left) * CHANNELS + channel;
        for (let x = 0; x < patchSize; x++) {
          pixelValues[to++] = values[channel * 256 + (image.data[from] ?? 0)] ?? 0;
          from += CHANNELS;
        }
      }
      for (let frame = 1; frame < temporalPatchSize; frame++) {
        pixelValues.copyWithin(to, frameStart, frameStart + framePixels);
        to += framePixels;
      }
    }
  }
  return pixelValues;
}

/** The upper left corner of each patch, as [y, x] in pixels. */
function* patchOrigins(image: RgbImage, patchSize: number, mergeSize: number): Generator<[number, number]> {
  const groupSize = patchSize * mergeSize;
  for (let groupTop = 0; groupTop < image.height; groupTop += groupSize) {
    for (let groupLeft = 0; groupLeft < image.width; groupLeft += groupSize) {
      for (let top = groupTop; top < groupTop + groupSize; top += patchSize) {
        for (let left = groupLeft; left < groupLeft + groupSize; left += patchSize) yield [top, left];
      }
    }
  }
}

/**
 * What each 8-bit value of each channel becomes: float32 [channels, 256]. Rescaling is folded into mean and deviation, and
 * each operation is rounded to float32.
 */
function normalisedValues({ imageMean, imageStd, rescaleFactor }: PreprocessorConfig): Float32Array {
  const range = Math.fround(1 / rescaleFactor);
  const values = new Float32Array(CHANNELS * 256);
  for (let channel = 0; channel < CHANNELS; channel++) {
    const mean = Math.fround(Math.fround(imageMean[channel] ?? 0) * range);
    const deviation = Math.fround(Math.fround(imageStd[channel] ?? 1) * range);
    for (let value = 0; value < 256; value++) {
      values[channel * 256 + value] = Math.fround(value - mean) / deviation;
    }
  }
  return values;
}
