import { isBlank, type Mask, type MaskChange, newMask, type PictureSize, withChange } from '../mask/mask.js';
import type { AppState, AppStore, InputPicture } from './app-state.js';
import { isTogether } from './arrangement.js';

/** Why no mask can be painted. `measuring`: the picture's size isn't known yet. */
export type MaskObstacle = 'noPicture' | 'measuring' | 'unshowable' | 'sizes';

/** The picture that a mask is for, and its size. */
interface Masked {
  readonly picture: InputPicture;
  readonly size: PictureSize;
}

/** The first picture, where it can be masked. */
export function maskedPicture({ pictures: [picture], sizes }: AppState): Masked | null {
  const size = picture === undefined ? undefined : sizes[picture.id];
  return picture === undefined || size === undefined || size === null ? null : { picture, size };
}

/** What was painted over the first picture; null where nothing is. */
export function activeMask({ pictures: [first], mask }: AppState): Mask | null {
  return mask === null || mask.picture !== first?.id || isBlank(mask) ? null : mask;
}

/** Why no mask can be painted, or else sent; null: nothing is in the way. */
export function maskObstacle(state: AppState): MaskObstacle | null {
  const { pictures, sizes } = state;
  const [first] = pictures;
  if (first === undefined) return 'noPicture';
  const size = sizes[first.id];
  if (size === undefined) return 'measuring';
  if (size === null) return 'unshowable';
  if (isTogether(state, state.model)) return null;
  const isSame = ({ id }: InputPicture): boolean => sizes[id]?.width === size.width && sizes[id].height === size.height;
  return pictures.every(isSame) ? null : 'sizes';
}

/** Whether the frame shows the picture to be masked, with the brush over it. */
export function isBrushOut(state: AppState): boolean {
  return state.isMasking && isMaskSeen(state) && maskObstacle(state) === null;
}

/** Whether the frame shows the picture that a mask would be over. */
export function isMaskSeen({ run, shown, grid }: AppState): boolean {
  return run === null && shown === null && grid === null;
}

/** Changes the first picture's mask; a mask of another picture gives way. */
export function changeMask(store: AppStore, change: MaskChange): void {
  const masked = maskedPicture(store.state);
  if (masked === null) return;
  const { mask, fault } = store.state;
  const before = mask?.picture === masked.picture.id ? mask : newMask(masked.picture.id, masked.size);
  store.update({ mask: withChange(before, change), fault: fault?.param === 'mask' ? null : fault });
}

/** The brush's diameter, in pixels of the picture. */
export function brushDiameter({ brush: { percent } }: AppState, { width, height }: PictureSize): number {
  return Math.max(1, (percent / 100) * Math.min(width, height));
}
