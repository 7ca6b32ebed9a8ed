import { expect, test } from '@jest/globals';
import { embedOrder } from '../../../src/engine/text/embed-order.js';

const IMAGE_TOKEN = 7;

test('image tokens take the pictures’ rows behind the ids’ own, one picture after the other', () => {
  const ids = Int32Array.of(1, IMAGE_TOKEN, IMAGE_TOKEN, 2, IMAGE_TOKEN, 3);
  expect([...embedOrder(ids, IMAGE_TOKEN)]).toEqual([0, 6, 7, 3, 8, 5]);
});

test('without pictures each position has its own id', () => {
  expect([...embedOrder(Int32Array.of(4, 5, 6), IMAGE_TOKEN)]).toEqual([0, 1, 2]);
});
