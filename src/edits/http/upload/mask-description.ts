/** What OpenAPI says of a mask, in whichever form it comes. */
export const MASK_DESCRIPTION =
  'A PNG with transparency, as large as the first picture (upright): only where its alpha is 0 the edit changes the picture, ' +
  "everywhere else the result's pixels are the picture's own (those of the resized picture where the result has another size); " +
  "alpha between blends. With a mask, size=auto is the picture's own size. Several `images` must all have the mask's size";
