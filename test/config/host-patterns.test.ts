import { describe, expect, test } from '@jest/globals';
import { hostPatterns, matchesHost } from '../../src/config/host-patterns.js';
import { readSettings } from '../../src/config/read-settings.js';

describe('lists of hosts', () => {
  test.each([
    ['', []],
    [' , ', []],
    ['example.com', ['example.com']],
    [
      ' Example.COM , *.Example.org,a_b.c-d.example,localhost,',
      ['example.com', '*.example.org', 'a_b.c-d.example', 'localhost'],
    ],
    ['bücher.example', ['xn--bcher-kva.example']],
  ])('%j', (text, patterns) => {
    expect(hostPatterns(text)).toEqual(patterns);
  });

  test.each([
    ...['*', '*.com', '*.*.example.com', 'a.*.example', 'a*.example', '.example.com', 'example.com.', '*example.com'],
    ...[
      'http://example.com',
      'example.com/',
      'example.com/a',
      'example.com:443',
      'user@example.com',
      'a b.example',
      'a;b',
    ],
    ...['127.0.0.1', '10.0.0.1', '8.8.8.8', '0x7f000001', '2130706433', '127.1', '[::1]', '::1', '%31.example'],
  ])('%j is none', (text) => {
    expect(hostPatterns(`example.com,${text}`)).toBeNull();
  });

  test('a fault stops the start', () => {
    expect(() => readSettings({ IMAGE_URL_HOSTS: 'https://example.com/' })).toThrow(
      /^IMAGE_URL_HOSTS="https:\/\/example\.com\/" is invalid: IMAGE_URL_HOSTS must be host names/,
    );
    expect(readSettings({ IMAGE_URL_HOSTS: 'a.example, *.b.example' }).remote.imageUrlHosts).toEqual([
      'a.example',
      '*.b.example',
    ]);
    expect(readSettings({}).remote.imageUrlHosts).toEqual([]);
  });

  test('an exact name is that name alone, a star all names below it', () => {
    const patterns = ['example.com', '*.example.org'];
    for (const host of ['example.com', 'a.example.org', 'a.b.example.org'])
      expect(matchesHost(host, patterns)).toBe(true);
    for (const host of [
      'a.example.com',
      'example.org',
      'notexample.com',
      'xexample.org',
      'example.org.evil.example',
      '',
    ]) {
      expect(matchesHost(host, patterns)).toBe(false);
    }
  });
});
