/** A format that is no input, how to tell it by its first bytes, and what to do with it. */
interface ForeignFormat {
  readonly name: string;
  readonly signature: (head: string) => boolean;
  readonly advice?: string;
}

/** Bytes of a file that its format is told by. */
const HEAD_BYTES = 1024;

/** Brands of ISO media files that hold HEVC pictures. */
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'mif2', 'msf1'];

const starts =
  (...beginnings: readonly string[]) =>
  (head: string): boolean =>
    beginnings.some((beginning) => head.startsWith(beginning));
const isMediaFile = (...brands: readonly string[]): ((head: string) => boolean) => {
  return (head) => head.slice(4, 8) === 'ftyp' && brands.includes(head.slice(8, 12));
};

/** In this order: some are told by less than others. */
const FOREIGN_FORMATS: readonly ForeignFormat[] = [
  {
    name: 'a HEIC picture',
    signature: isMediaFile(...HEIC_BRANDS),
    advice: 'convert it to JPEG or PNG (an iPhone takes JPEG with Settings, Camera, Formats, Most Compatible)',
  },
  { name: 'a camera raw file', signature: isMediaFile('crx '), advice: 'develop it to JPEG, PNG or TIFF' },
  {
    name: 'a camera raw file',
    signature: starts('FUJIFILMCCD-RAW', 'IIU\0', 'IIRO', 'IIRS', 'MMOR', 'FOVb', '\0MRM'),
    advice: 'develop it to JPEG, PNG or TIFF',
  },
  { name: 'a JPEG XL picture', signature: starts('\xff\x0a', '\0\0\0\x0cJXL ') },
  { name: 'a JPEG 2000 picture', signature: starts('\0\0\0\x0cjP  ', '\xff\x4f\xff\x51') },
  { name: 'a JPEG XR picture', signature: starts('II\xbc\x01') },
  { name: 'a Photoshop document', signature: starts('8BPS') },
  { name: 'a GIMP document', signature: starts('gimp xcf') },
  { name: 'a PDF document', signature: starts('%PDF-') },
  { name: 'a PostScript document', signature: starts('%!PS', '\xc5\xd0\xd3\xc6') },
  {
    name: 'an SVG drawing',
    signature: (head) => /^(?:\xef\xbb\xbf)?\s*<(?:\?xml[^]*<svg|!--[^]*<svg|!DOCTYPE svg|svg)[\s>]/i.test(head),
  },
  { name: 'an OpenEXR picture', signature: starts('v/1\x01') },
  { name: 'a Radiance HDR picture', signature: starts('#?RADIANCE', '#?RGBE') },
  { name: 'a QOI picture', signature: starts('qoif') },
  { name: 'a DICOM file', signature: (head) => head.slice(128, 132) === 'DICM' },
  { name: 'an icon', signature: starts('\0\0\x01\0', '\0\0\x02\0') },
  {
    name: 'a video',
    signature: isMediaFile('isom', 'iso2', 'mp41', 'mp42', 'avc1', 'qt  ', 'M4V '),
    advice: 'take a frame of it',
  },
  { name: 'a BMP picture', signature: (head) => head.startsWith('BM') && head.slice(6, 10) === '\0\0\0\0' },
  { name: 'a Netpbm picture', signature: (head) => /^P[1-7]\s/.test(head) },
];

/** What a file is that is no input picture, and what to do with it: as a clause for an error. */
export function describeForeign(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const format = FOREIGN_FORMATS.find(({ signature }) => signature(head));
  if (format === undefined) return 'the file is not a PNG, JPEG, WebP, AVIF, GIF or TIFF picture';
  return `the file is ${format.name}, which is not supported; ${format.advice ?? 'convert it to PNG or JPEG'}`;
}
