/** Where an ISO media file's major brand stands. */
const MAJOR_BRAND = 8;
const AVIF = Uint8Array.from('avif', (letter) => letter.charCodeAt(0));

/**
 * The file under AVIF's own brand, by which the decoder knows it. Animations bear another (`avis`, `msf1`) and hold their first
 * picture as a still one as well.
 */
export function underAvifBrand(bytes: Uint8Array): Uint8Array {
  const brand = bytes.subarray(MAJOR_BRAND, MAJOR_BRAND + AVIF.length);
  if (brand.every((byte, index) => byte === AVIF[index])) return bytes;
  const copy = Uint8Array.from(bytes);
  copy.set(AVIF, MAJOR_BRAND);
  return copy;
}
