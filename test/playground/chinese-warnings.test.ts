import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import { chineseWarning } from '../../src/playground/client/text/chinese-warnings.js';
import { edit, form } from '../support/edit-form.js';
import { sharedServer } from '../support/shared-server.js';

jest.setTimeout(300_000);

const ROOT = join(import.meta.dirname, '..', '..');

describe('the Chinese page', () => {
  const service = sharedServer({ checkpoint: join(ROOT, 'models', 'mini') });

  test('tells in Chinese what the service warns of when an edit is sent from it', async () => {
    const photo = sharp(join(ROOT, 'docs', 'images', 'photo.jpg')).resize(300, 200);
    const grey = photo.clone().greyscale().toColorspace('srgb');
    const fields = {
      images: await Promise.all([grey, photo].map((picture) => picture.png().toBuffer())),
      prompt: 'make it black and white',
      size: '512x512',
      num_inference_steps: '1',
      seed: '1',
      true_cfg_scale: '3',
      negative_prompt: 'blur',
      mask_feather: '3',
      output_compression: '80',
    };
    const { warnings } = await edit(service.url, form(fields));
    expect([...warnings].sort().map(chineseWarning)).toEqual([
      expect.stringMatching(
        /^第 1 个结果（共 2 个）：结果与输入图片相同：这条提示词没有改变任何内容。模型擅长的例子：.*。$/,
      ),
      '蒙版羽化没有起作用：没有蒙版',
      '要避免的内容没有起作用：遵循程度不超过 1，引导未启用',
      '文件质量没有起作用：它只用于 jpeg 和 webp',
      '尺寸：按 qwen-image-edit-mini 擅长的 264x264 生成，再缩放为 512x512',
      '尺寸：输入图片由 300x200 拉伸为 512x512；选 auto 可保持长宽比',
      '遵循程度已降为 1：qwen-image-edit-mini 不支持更强的引导',
    ]);
  });

  test('leaves what it does not know as it is', () => {
    expect(chineseWarning('background had no effect: results are always opaque')).toBe(null);
  });
});
