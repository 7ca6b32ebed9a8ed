import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../src/config/read-settings.js';
import { SettingsError } from '../../src/config/settings-error.js';

const originsOf = (text: string): unknown => readSettings({ CORS_ORIGINS: text }).auth.corsOrigins;

describe('CORS_ORIGINS', () => {
  test.each([
    ['', []],
    [' ', []],
    ['*', '*'],
    ['https://app.example.com', ['https://app.example.com']],
    ['http://localhost:3000 , https://a.example', ['http://localhost:3000', 'https://a.example']],
    ['http://[::1]:3000', ['http://[::1]:3000']],
    ['tauri://localhost,chrome-extension://abcdef', ['tauri://localhost', 'chrome-extension://abcdef']],
  ])('%j', (text, origins) => {
    expect(originsOf(text)).toEqual(origins);
  });

  test.each([
    ['https://a.example/', 'https://a.example for "https://a.example/"'],
    ['https://a.example/page', 'https://a.example for "https://a.example/page"'],
    ['https://a.example?x', 'https://a.example for "https://a.example?x"'],
    ['https://user@a.example', 'https://a.example for "https://user@a.example"'],
    ['https://A.Example', 'https://a.example for "https://A.Example"'],
    ['https://a.example:443', 'https://a.example for "https://a.example:443"'],
    ['https://bücher.example', 'https://xn--bcher-kva.example for "https://bücher.example"'],
    ['TAURI://localhost', 'tauri://localhost for "TAURI://localhost"'],
    ['tauri://localhost/', '"tauri://localhost/" is no origin'],
    ['a.example', '"a.example" is no origin'],
    ['https://*.example.com', '"https://*.example.com" is no origin'],
    ['https://a.example https://b.example', '"https://a.example https://b.example" is no origin'],
    ['https://a.example,', '"" is no origin'],
    ['null', '"null" is no origin'],
    ['true', '"true" is no origin'],
    ['https://', '"https://" is no origin'],
    ['*,https://a.example', 'must be * alone, or a list of origins without it'],
  ])('%s is refused by one line that says what to write', (text, reason) => {
    let faults: readonly string[] = [];
    try {
      originsOf(text);
    } catch (error) {
      if (error instanceof SettingsError) ({ faults } = error);
    }
    expect(faults).toHaveLength(1);
    expect(faults[0]?.startsWith(`CORS_ORIGINS=${JSON.stringify(text)} is invalid: CORS_ORIGINS must `)).toBe(true);
    expect(faults[0]?.endsWith(reason)).toBe(true);
  });
});
