import { GOOD_PICTURE } from './edit-form.js';

/** A part of a multipart body, byte for byte: its headers' lines, and its content. */
export interface RawPart {
  readonly headers: readonly string[];
  readonly content: string | Uint8Array;
}

const BOUNDARY = 'a-boundary';

/** A part with a text; without a Content-Type unless one is given. */
export function textPart(name: string, content: string | Uint8Array, ...more: readonly string[]): RawPart {
  return { headers: [`Content-Disposition: form-data; name="${name}"`, ...more], content };
}

/** A part with a picture, with these parameters after its name and these headers after its Content-Disposition. */
export function filePart(
  name: string,
  {
    parameters = '; filename="a.png"',
    headers = [],
    content = GOOD_PICTURE,
  }: Partial<RawPart> & { readonly parameters?: string } = {},
): RawPart {
  return { headers: [`Content-Disposition: form-data; name="${name}"${parameters}`, ...headers], content };
}

/** A text as it is, its headers' characters as single bytes. */
export function multipartBody(parts: readonly RawPart[]): Buffer<ArrayBuffer> {
  const pieces = parts.flatMap(({ headers, content }) => [
    Buffer.from([`--${BOUNDARY}`, ...headers, '', ''].join('\r\n'), 'latin1'),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...pieces, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** Posts a body of these parts to the edits route. */
export function postParts(
  url: string,
  parts: readonly RawPart[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/v1/images/edits`, {
    method: 'POST',
    body: multipartBody(parts),
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers },
  });
}
