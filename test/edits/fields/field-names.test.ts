import { describe, expect, test } from '@jest/globals';
import { edit, type Fields, GOOD_PICTURE, goodForm, postEdit } from '../../support/edit-form.js';
import { expectRefused } from '../../support/expect-error.js';
import { sharedServer } from '../../support/shared-server.js';

describe('names of form fields', () => {
  const server = sharedServer();

  const refused = async (changes: Fields, message: string | RegExp, param: string): Promise<void> => {
    await expectRefused(await postEdit(server.url, goodForm(changes)), message, param);
  };

  test.each([
    'n',
    'num_inference_steps',
    'output_type',
    'size',
    'negative_prompt',
    'guidance_scale',
    'true_cfg_scale',
    'max_sequence_length',
    'mask_feather',
    'mask_feather',
    'seed',
    'output_format',
    'output_compression',
    'response_format',
    'stream',
    'partial_images',
    'progress',
    'model',
    'background',
    'quality',
    'input_fidelity',
    'moderation',
    'user',
    'safety_identifier',
  ])('%s given twice, as a file, with brackets', async (field) => {
    await refused({ [field]: ['1', '1'] }, `${field} must be given only once`, field);
    await refused({ [field]: GOOD_PICTURE }, `${field} must be text, not a file`, field);
    await refused({ [field]: undefined, [`${field}[a]`]: '1' }, `${field} must not have brackets in its name`, field);
  });

  test.each([
    ['strength', 'Unknown field: strength'],
    ['Prompt', 'Unknown field: Prompt'],
    ['__proto__', 'Unknown field: __proto__'],
    ['images[]', 'images must be a file, not text'],
    ['mask', 'mask must be a file, not text'],
    ['style', 'style is not supported'],
  ])('the unknown field %s', async (field, message) => {
    await refused({ [field]: '1' }, message, field.replace('[]', ''));
  });

  test('a file under an unknown name is told by that name first of all', async () => {
    await refused({ images: undefined, prompt: undefined, n: '0', foto: GOOD_PICTURE }, 'Unknown field: foto', 'foto');
    await refused({ images: undefined, style: GOOD_PICTURE }, 'style is not supported', 'style');
    await refused({ picture: GOOD_PICTURE }, 'Unknown field: picture', 'picture');
    await refused({ style: GOOD_PICTURE }, 'style is not supported', 'style');
    for (const name of ['image[a]', 'images[ 0]', 'n[0]', 'image[', 'image[]x', 'Images']) {
      await refused({ [name]: GOOD_PICTURE }, `Unknown field: ${name}`, name);
    }
  });

  test.each(['image', 'image[]', 'image[0]', 'image[12]'])('%s is image', async (field) => {
    const { data } = await edit(server.url, goodForm({ images: undefined, [field]: GOOD_PICTURE }));
    expect(data).toHaveLength(1);
    await refused({ images: undefined, [field]: 'photo.png' }, 'image must be a file, not text', 'image');
  });

  test('images[] and images[0] are images, together with it', async () => {
    const fields = { images: GOOD_PICTURE, 'images[]': [GOOD_PICTURE, GOOD_PICTURE], 'images[0]': GOOD_PICTURE };
    const { data } = await edit(server.url, goodForm(fields));
    expect(data.map(({ input_index: index }) => index)).toEqual([0, 1, 2, 3]);
    await refused(
      { 'images[1]': GOOD_PICTURE, 'image[0]': GOOD_PICTURE },
      /^images and image must not be mixed/,
      'image',
    );
    await refused(
      { images: undefined, 'image[0]': GOOD_PICTURE, 'image[1]': GOOD_PICTURE },
      /^image: tiny-plain takes at most 1 picture an edit, 2 were given/,
      'image',
    );
  });
  test('pictures: none, as text, both forms, too many references', async () => {
    await refused({ images: undefined }, 'At least one image is required', 'images');
    await refused({ images: 'data:image/png;base64,AAAA' }, 'images must be a file, not text', 'images');
    await refused({ images: undefined, image: 'x' }, 'image must be a file, not text', 'image');
    await refused({ image: GOOD_PICTURE }, /^images and image must not be mixed/, 'image');
    await refused({ 'image[]': GOOD_PICTURE }, /^images and image must not be mixed/, 'image');
    const two = [GOOD_PICTURE, GOOD_PICTURE];
    await refused(
      { images: undefined, image: two },
      /^image: tiny-plain takes at most 1 picture an edit, 2 were given/,
      'image',
    );
    await refused({ images: undefined, 'image[]': two }, /^image: tiny-plain takes at most 1 picture/, 'image');
  });
});
