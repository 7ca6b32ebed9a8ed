import { expect, test } from '@jest/globals';
import { ownFields } from '../../src/program/log-fields.js';

test('a log line says less, and nothing fails, when what it would say of its edit can not be asked for', async () => {
  const privateFields = {};
  const away = (): Promise<never> => Promise.reject(new Error('Redis can not be reached'));
  expect(await ownFields({ fields: away, privateFields })).toEqual({});
  expect(await ownFields({ fields: () => Promise.resolve({ n: 2 }), privateFields })).toEqual({ n: 2 });
  expect(await ownFields(null)).toEqual({});
});
