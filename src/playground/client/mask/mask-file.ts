import { FaultError } from '../service/fault.js';
import { drawChange, drawMask, maskCanvas } from './draw-mask.js';
import type { Mask } from './mask.js';

/**
 * The mask as OpenAI's API takes it: a PNG of the picture's size whose alpha is 0 where the edit may change the picture.
 * @throws FaultError where the browser can't make a picture of that size
 */
export async function maskFile(mask: Mask, pictureName: string): Promise<File> {
  const context = maskCanvas(mask.size, Infinity);
  if (context !== null) {
    drawMask(context, mask);
    drawChange(context, { kind: 'invert' }, mask.size);
  }
  const blob = await new Promise<Blob | null>((resolve) => {
    if (context === null) resolve(null);
    else context.canvas.toBlob(resolve, 'image/png');
  });
  if (blob !== null) return new File([blob], maskName(pictureName), { type: 'image/png' });
  throw new FaultError({
    ...{ code: 'MASK_TOO_LARGE', message: '', param: 'mask' },
    words: (strings) => strings.maskTooLarge(mask.size.width, mask.size.height),
  });
}

/** A name for the file of the mask of a picture. */
export function maskName(pictureName: string): string {
  const stem = pictureName.replace(/\.[^.]*$/, '');
  return `${stem === '' ? 'picture' : stem}-mask.png`;
}
