import type { EditForm } from './fields/check-form.js';

/**
 * What a mask, or what was said of one, doesn't do.
 * @param isWhole the mask leaves nothing as it is
 */
export function maskWarnings({ fields, mask }: EditForm, isWhole: boolean): string[] {
  if (mask === null) return fields.mask_feather === undefined ? [] : ['mask_feather had no effect: there is no mask'];
  return isWhole ? ['mask kept nothing as it is: it is transparent everywhere, so all of the picture may change'] : [];
}
