import type { OutputSizes } from '../../images/output-size.js';
import { resizeLanczos, resizeLanczosPlanes } from '../../images/pil-resize.js';
import type { OutputType } from '../../protocol/edit-settings.js';
import { toRgbImage } from '../vae/pixels.js';
import type { EditedArea } from './edited-area.js';

/** What a decoded picture is to become. */
interface Finish {
  readonly sizes: OutputSizes;
  readonly area: EditedArea;
}

/**
 * Brings a decoded picture to the asked size and type, with what stays as it is from the picture that was edited.
 * @param planes float32 [3, made height, made width] in 0–1
 * @returns `pil`: [height, width, 3] 8-bit; `pt`: float32 [3, height, width] in 0–1
 */
export function finishPicture(planes: Float32Array, finish: Finish, type: 'pil'): Uint8Array;
export function finishPicture(planes: Float32Array, finish: Finish, type: OutputType): Uint8Array | Float32Array;
export function finishPicture(
  planes: Float32Array,
  { sizes: { made, result }, area }: Finish,
  type: OutputType,
): Uint8Array | Float32Array {
  const fits = made.width === result.width && made.height === result.height;
  if (type === 'pil') {
    const image = toRgbImage(planes, made.width, made.height);
    return area.finishPixels((fits ? image : resizeLanczos(image, result.width, result.height)).data);
  }
  if (fits) return area.finishPlanes(planes);
  const resized = resizeLanczosPlanes({ ...made, channels: 3, data: planes }, result.width, result.height);
  return area.finishPlanes(resized.data.map((value) => Math.min(1, Math.max(0, value))));
}
