import { expect } from '@jest/globals';
import type { EditBody } from './edit-form.js';
import { expectError } from './expect-error.js';
import { filePart, postParts, type RawPart, textPart } from './multipart.js';
import { sharedServer } from './shared-server.js';

export const PNG = ['Content-Type: image/png'];
const FIELDS = { prompt: 'make it blue', num_inference_steps: '1', seed: '1' };

/** The texts of a form that is served, but for those that are given. */
export const texts = (...given: readonly RawPart[]): RawPart[] => [
  ...Object.entries(FIELDS)
    .filter(([name]) => !given.some(({ headers }) => new RegExp(`name="?${name}\\b`, 'i').test(headers.join())))
    .map(([name, value]) => textPart(name, value)),
  ...given,
];

/** What tests of parts ask of the one service that they share. */
export interface PartTests {
  /** Pictures of a body that must be served. */
  readonly made: (parts: readonly RawPart[]) => Promise<EditBody['data']>;
  /** The picture of a good form with these texts in place of its own. */
  readonly madeWith: (...given: readonly RawPart[]) => Promise<string | undefined>;
  readonly refused: (
    parts: readonly RawPart[],
    message: string | RegExp,
    param: string | null,
    status?: number,
  ) => Promise<void>;
}

/** Called in the block whose tests post parts. */
export function partTests(): PartTests {
  const service = sharedServer({ env: { MAX_FILES: '4', MAX_FILE_MB: '1' } });
  const made = async (parts: readonly RawPart[]): Promise<EditBody['data']> => {
    const response = await postParts(service.url, parts);
    const text = await response.text();
    expect([response.status, text]).toEqual([200, expect.any(String)]);
    return (JSON.parse(text) as EditBody).data;
  };
  const madeWith = async (...given: readonly RawPart[]): Promise<string | undefined> =>
    (await made([...texts(...given), filePart('images')]))[0]?.b64_json;
  const refused = async (
    parts: readonly RawPart[],
    message: string | RegExp,
    param: string | null,
    status = 400,
  ): Promise<void> => {
    const code = status === 413 ? 'PAYLOAD_TOO_LARGE' : 'INVALID_INPUT';
    await expectError(await postParts(service.url, parts), { status, code, message, param });
  };
  return { made, madeWith, refused };
}
