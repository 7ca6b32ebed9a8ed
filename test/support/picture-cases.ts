import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { type EditBody, type Fields, goodForm } from './edit-form.js';
import { type PictureCase, pictureFile } from './fixtures.js';

export function caseNamed<Case extends PictureCase>(cases: readonly Case[], name: string): Case {
  const item = cases.find((one) => one.name === name);
  if (item === undefined) throw new Error(`There is no case ${name}`);
  return item;
}

/** The texts of a form that asks for a case's picture. */
export function caseTexts({ prompt, negative_prompt: negative, size, ...rest }: PictureCase): Record<string, string> {
  return {
    prompt,
    ...(negative === null ? {} : { negative_prompt: negative }),
    size: size.join('x'),
    seed: String(rest.seed),
    num_inference_steps: String(rest.num_inference_steps),
    true_cfg_scale: String(rest.true_cfg_scale),
  };
}

/** A form that asks for the picture of a case with one reference, with these fields in place of its own. */
export function caseForm(item: PictureCase, changes: Fields = {}): FormData {
  const images = readFileSync(pictureFile(item.pictures[0] ?? ''));
  return goodForm({ images, ...caseTexts(item), ...changes });
}

/** Pixels of an answer's first picture: RGB, row by row. */
export async function pixelsOf({ data: [first] }: EditBody): Promise<Uint8Array> {
  return new Uint8Array(
    await sharp(Buffer.from(first?.b64_json ?? '', 'base64'))
      .raw()
      .toBuffer(),
  );
}
