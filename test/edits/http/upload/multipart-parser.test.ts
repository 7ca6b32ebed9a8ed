import { describe, expect, test } from '@jest/globals';
import { multipartParser } from '../../../../src/edits/http/upload/multipart-parser.js';
import type { PartHeaders } from '../../../../src/edits/http/upload/part-headers.js';

interface Read {
  readonly headers: PartHeaders;
  content: string;
  hasEnded: boolean;
}

const BOUNDARY = '----WebKitFormBoundaryabc-';
const PARTS: readonly [headers: Record<string, readonly string[]>, content: string][] = [
  [{ 'content-disposition': ['form-data; name="empty"'] }, ''],
  [
    { 'content-disposition': ['form-data; name="like a boundary"; filename="x.png"'], 'content-type': ['image/png'] },
    `\r\n--${BOUNDARY.slice(0, -1)}\r\r\n-\r\n--${BOUNDARY.toUpperCase()}\r\n\0\xff`,
  ],
  [{ 'content-disposition': ['form-data; name="lines"'], 'x-twice': ['a', 'b'] }, '\r\n\r\n'],
  [{ 'content-disposition': ['form-data; name="long"'] }, '-\r\n'.repeat(50)],
];
const BODY = Buffer.from(
  `preamble\r\n${PARTS.map(([headers, content]) => {
    const lines = Object.entries(headers).flatMap(([name, values]) => values.map((value) => `${name}: ${value}\r\n`));
    return `--${BOUNDARY}\r\n${lines.join('')}\r\n${content}\r\n`;
  }).join('')}--${BOUNDARY}--\r\nepilogue`,
  'latin1',
);

/** The parts of a body that comes in these pieces, and what was wrong with it. */
function read(pieces: readonly Buffer[]): Promise<{ parts: Read[]; error: unknown }> {
  const parts: Read[] = [];
  return new Promise((resolve) => {
    const begin = (headers: PartHeaders): { write: (piece: Buffer) => void; end: () => void } => {
      const part: Read = { headers: { ...headers }, content: '', hasEnded: false };
      parts.push(part);
      return {
        write: (piece) => void (part.content += piece.toString('latin1')),
        end: () => void (part.hasEnded = true),
      };
    };
    const parser = multipartParser(BOUNDARY, { begin }, (error) => resolve({ parts, error }));
    for (const piece of pieces) parser.write(piece);
    parser.end();
  });
}

const ALL = {
  parts: PARTS.map(([headers, content]) => ({ headers, content, hasEnded: true })),
  error: null,
};

describe('the multipart parser', () => {
  test('a body in two pieces, wherever it is cut', async () => {
    for (let cut = 1; cut < BODY.length; cut += 1) {
      expect(await read([BODY.subarray(0, cut), BODY.subarray(cut)])).toEqual(ALL);
    }
  });

  test.each([1, 2, 3, 7, 30, 31, 1000])('a body in pieces of %i bytes', async (length) => {
    const pieces = Array.from({ length: Math.ceil(BODY.length / length) }, (_, index) =>
      BODY.subarray(index * length, (index + 1) * length),
    );
    expect(await read(pieces)).toEqual(ALL);
  });

  test('a body that ends too soon, wherever that is', async () => {
    const end = BODY.lastIndexOf('--\r\nepilogue') + 2;
    for (let length = 0; length < end; length += 1) {
      const { error } = await read([BODY.subarray(0, length)]);
      expect(error).toMatchObject({ message: 'The multipart body is malformed or was cut off' });
    }
    expect(await read([BODY.subarray(0, end)])).toEqual(ALL);
  });

  test('what a receiver throws is the end', async () => {
    const fault = new Error('no');
    for (const broken of ['begin', 'write', 'end']) {
      const seen: string[] = [];
      const step = (name: string) => (): void => {
        seen.push(name);
        if (name === broken) throw fault;
      };
      const error = await new Promise((resolve) => {
        const begin = (): { write: () => void; end: () => void } => {
          step('begin')();
          return { write: step('write'), end: step('end') };
        };
        const parser = multipartParser(BOUNDARY, { begin }, resolve);
        for (const byte of BODY) parser.write(Buffer.of(byte));
        parser.end();
      });
      expect(error).toBe(fault);
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(seen.filter((name) => name === broken)).toHaveLength(1);
      expect(seen.at(-1)).toBe(broken);
    }
  });
});
