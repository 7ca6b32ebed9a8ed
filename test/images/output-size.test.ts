import { describe, expect, test } from '@jest/globals';
import { conditionSize, type ImageSize } from '../../src/images/condition-size.js';
import { commonSizes, conditionSizes, outputSizes, type SizeRules } from '../../src/images/output-size.js';
import { isInRange } from '../../src/images/size-range.js';

const UNLIMITED = Number.MAX_SAFE_INTEGER;
const MEGAPIXEL = 1024 * 1024;
/** A checkpoint of the published size without a service.json. */
const PUBLISHED: SizeRules = {
  conditionAreas: [MEGAPIXEL],
  conditionFollowsSize: false,
  nativeArea: MEGAPIXEL,
  range: { minArea: 1, maxArea: UNLIMITED, maxSide: UNLIMITED },
  multiple: 16,
};
/** A small one that makes a narrow range of sizes. */
const NARROW: SizeRules = {
  conditionAreas: [256 * 256],
  conditionFollowsSize: true,
  nativeArea: 256 * 256,
  range: { minArea: 57_344, maxArea: 73_728, maxSide: 352 },
  multiple: 8,
};

const size = (text: string): ImageSize => {
  const [width = NaN, height = NaN] = text.split('x').map(Number);
  return { width, height };
};
const text = ({ width, height }: ImageSize): string => `${width}x${height}`;

/** Sizes of all kinds: up to 4096 a side, and from 1:10 to 10:1. */
const ASKED = [64, 71, 128, 240, 256, 300, 352, 353, 500, 1024, 4096]
  .flatMap((width) => [64, 93, 192, 256, 341, 768, 1024].map((height) => ({ width, height })))
  .filter(({ width, height }) => Math.max(width, height) <= 10 * Math.min(width, height));

describe('a checkpoint without a range', () => {
  test('makes each size in the nearest multiples', () => {
    for (const asked of ASKED) {
      const { made, result } = outputSizes(asked, { width: 3, height: 2 }, PUBLISHED);
      expect(result).toEqual(asked);
      expect([made.width % 16, made.height % 16]).toEqual([0, 0]);
      expect(Math.abs(made.width - asked.width)).toBeLessThanOrEqual(8);
      expect(Math.abs(made.height - asked.height)).toBeLessThanOrEqual(8);
    }
  });

  test('makes auto at diffusers’ own size, and conditions on its areas whatever the size', () => {
    for (const input of ASKED) {
      expect(outputSizes('auto', input, PUBLISHED).made).toEqual(conditionSize(MEGAPIXEL, input));
      expect(conditionSizes({ width: 64, height: 640 }, input, PUBLISHED)).toEqual([conditionSize(MEGAPIXEL, input)]);
    }
  });

  test.each([
    ['1024x1024', '1024x1024'],
    // 1184x896 and 704x1504 are made.
    ['4000x3000', '1184x888'],
    ['1179x2556', '694x1504'],
    ['1500x1000', '1248x832'],
    ['1x10', '323x3232'],
  ])('gives a picture of %s as %s', (input, result) => {
    expect(text(outputSizes('auto', size(input), PUBLISHED).result)).toBe(result);
  });
});

describe('a checkpoint with a range', () => {
  test('makes every size within it, and the nearest of those', () => {
    for (const asked of ASKED) {
      const { made, result } = outputSizes(asked, { width: 3, height: 2 }, NARROW);
      expect(result).toEqual(asked);
      expect([made.width % 8, made.height % 8]).toEqual([0, 0]);
      expect([text(asked), isInRange(made, NARROW.range)]).toEqual([text(asked), true]);
      // No other size of the range has both a nearer aspect and a nearer area.
      const [aspect, area] = distances(made, asked);
      const nearer = allSizes().filter((other) => {
        const [otherAspect, otherArea] = distances(other, asked);
        return otherAspect < aspect - 1e-9 && otherArea < area - 1e-9;
      });
      const isAsked = Math.abs(made.width - asked.width) <= 4 && Math.abs(made.height - asked.height) <= 4;
      expect([text(asked), isAsked ? [] : nearer.map(text)]).toEqual([text(asked), []]);
    }
  });

  test.each([
    ['256x256', '256x256'],
    ['1024x1024', '264x264'],
    ['128x128', '240x240'],
    ['352x208', '352x208'],
    ['1024x136', '352x168'],
    ['136x1024', '168x352'],
  ])('makes %s at %s, of which the input is conditioned on', (asked, made) => {
    expect(text(outputSizes(size(asked), size('451x300'), NARROW).made)).toBe(made);
    expect(conditionSizes(size(asked), size('451x300'), NARROW).map(text)).toEqual([made]);
  });

  test('makes auto at diffusers’ own size where that is in it', () => {
    const inside = ASKED.filter((input) => isInRange(conditionSize(256 * 256, input), NARROW.range));
    expect(inside.length).toBeGreaterThan(20);
    for (const input of inside)
      expect(outputSizes('auto', input, NARROW).made).toEqual(conditionSize(256 * 256, input));
    expect(outputSizes('auto', size('1179x2556'), NARROW)).toEqual({ result: size('177x384'), made: size('168x352') });
  });
});

test.each([
  ['published', PUBLISHED],
  ['narrow', NARROW],
])('auto keeps the aspect to the pixel, near the native area: %s', (_name, rules) => {
  for (const input of [...ASKED, ...['1179x2556', '1x10', '10x1', '333x334'].map(size)]) {
    const { width, height } = outputSizes('auto', input, rules).result;
    const aspect = input.width / input.height;
    const off = Math.min(Math.abs(width - height * aspect), Math.abs(height - width / aspect));
    expect([text(input), off <= 0.5]).toEqual([text(input), true]);
    expect([text(input), Math.abs(Math.log((width * height) / rules.nativeArea)) < 0.25]).toEqual([text(input), true]);
  }
});

test('common sizes are made as they are', () => {
  expect(commonSizes(PUBLISHED).map(text)).toEqual([
    '1024x1024',
    '1184x880',
    '1248x832',
    '1360x768',
    '880x1184',
    '832x1248',
    '768x1360',
  ]);
  for (const rules of [PUBLISHED, NARROW]) {
    for (const common of commonSizes(rules)) expect(outputSizes(common, common, rules).made).toEqual(common);
  }
});

/** How far two sizes are apart by their aspects, and by their areas. */
function distances(one: ImageSize, other: ImageSize): [aspect: number, area: number] {
  const aspect = Math.abs(Math.log((one.width * other.height) / (one.height * other.width)));
  return [aspect, Math.abs(Math.log((one.width * one.height) / (other.width * other.height)))];
}

/** Of the narrow range, in multiples. */
function allSizes(): ImageSize[] {
  const sides = Array.from({ length: 44 }, (_, index) => 8 * (index + 1));
  const sizes = sides.flatMap((width) => sides.map((height) => ({ width, height })));
  return sizes.filter((candidate) => isInRange(candidate, NARROW.range));
}
