/** A place in a picture, in its own pixels from its top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels, as the picture is seen: after its orientation. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** One way of the brush. */
export interface Stroke {
  readonly kind: 'paint' | 'erase';
  /** Pixels of the picture. */
  readonly diameter: number;
  /** At least one point. */
  readonly path: readonly Point[];
}

export type MaskChange = Stroke | { readonly kind: 'invert' } | { readonly kind: 'clear' };

/** What of a picture an edit may change, as it came to be: pixels are made from it at whatever size they are needed. */
export interface Mask {
  /** Id of the picture that it was painted over. */
  readonly picture: string;
  readonly size: PictureSize;
  readonly changes: readonly MaskChange[];
  /** Changes that were undone, the latest of them first. */
  readonly undone: readonly MaskChange[];
}

export function newMask(picture: string, size: PictureSize): Mask {
  return { picture, size, changes: [], undone: [] };
}

export function withChange(mask: Mask, change: MaskChange): Mask {
  return { ...mask, changes: [...mask.changes, change], undone: [] };
}

/** Without its last change; the same where there is none. */
export function undo(mask: Mask): Mask {
  const last = mask.changes.at(-1);
  return last === undefined ? mask : { ...mask, changes: mask.changes.slice(0, -1), undone: [last, ...mask.undone] };
}

/** With the change that was undone last; the same where there is none. */
export function redo(mask: Mask): Mask {
  const [next, ...undone] = mask.undone;
  return next === undefined ? mask : { ...mask, changes: [...mask.changes, next], undone };
}

/** Whether it is as if there were none. */
export function isBlank({ changes }: Mask): boolean {
  const last = changes.at(-1);
  return last === undefined || last.kind === 'clear';
}
