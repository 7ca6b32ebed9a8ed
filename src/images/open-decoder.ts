import sharp, { type Sharp } from 'sharp';

export interface DecoderOptions {
  /** Leave the colours as they stand in the file. */
  readonly ignoreIcc: boolean;
  /** What makes the decoder fail: errors, or also warnings. */
  readonly failOn?: 'error' | 'warning';
}

/** The decoder on a file's first page. */
export function openDecoder(bytes: Uint8Array, { ignoreIcc, failOn = 'error' }: DecoderOptions): Sharp {
  return sharp(bytes, { failOn, limitInputPixels: false, page: 0, pages: 1, sequentialRead: true, ignoreIcc });
}
