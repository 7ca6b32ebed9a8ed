/** A body of multipart/form-data, and its Content-Type. */
export interface Multipart {
  readonly body: Blob;
  readonly contentType: string;
}

/**
 * Encodes a form as the browser's FormData would, but for one thing: line breaks in texts stay what they are. FormData makes
 * them CR LF, and the same prompt would not give the same picture as through the API.
 */
export function multipart(
  texts: readonly (readonly [name: string, text: string])[],
  files: readonly (readonly [name: string, file: File])[],
): Multipart {
  const boundary = `page-${crypto.getRandomValues(new Uint32Array(4)).join('')}`;
  const head = (name: string, rest = ''): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${rest}\r\n\r\n`;
  const parts: BlobPart[] = [
    ...texts.flatMap(([name, text]) => [head(name), text, '\r\n']),
    ...files.flatMap(([name, file]) => {
      const type = file.type === '' ? 'application/octet-stream' : file.type;
      return [head(name, `; filename="${quoted(file.name)}"\r\nContent-Type: ${type}`), file, '\r\n'];
    }),
    `--${boundary}--\r\n`,
  ];
  return { body: new Blob(parts), contentType: `multipart/form-data; boundary=${boundary}` };
}

/** As browsers do in a part's header. */
function quoted(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
