/** What the service reads. */
export const SERVED_KINDS: readonly string[] = ['PNG', 'JPEG', 'WebP', 'AVIF', 'GIF', 'TIFF'];

/** By the files' first bytes, each as a character; the first that fits counts. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^.PNG/s, 'PNG'],
  [/^\xff\xd8/, 'JPEG'],
  [/^RIFF....WEBP/s, 'WebP'],
  [/^GIF8/, 'GIF'],
  [/^(?:II[*+]|MM.[*+])/s, 'TIFF'],
  [/^....ftyp.*?avi[fs]/s, 'AVIF'],
  [/^....ftyp(?:hei|hev|mif1|msf1)/s, 'HEIC'],
  [/^%PDF/, 'PDF'],
  [/^(?:\s*<\?xml[^]*)?\s*<svg/, 'SVG'],
  [/^BM/, 'BMP'],
];
const READ_BYTES = 64;

/**
 * What a picture's file holds, whatever its name says; '' when it is none of those that are known.
 * @throws when the file can't be read
 */
export async function pictureKind(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, READ_BYTES).arrayBuffer());
  const start = String.fromCharCode(...bytes);
  return KINDS.find(([pattern]) => pattern.test(start))?.[1] ?? '';
}
