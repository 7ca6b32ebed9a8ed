import { isAbsolute, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readSettings } from '../../src/config/read-settings.js';
import { SettingsError } from '../../src/config/settings-error.js';

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}

describe('settings', () => {
  test('defaults', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({
      auth: { apiKey: null },
      server: { host: '0.0.0.0', port: 8000, shutdownGraceSeconds: 25 },
      logging: { level: 'info' },
      engine: {
        usesBundledModel: true,
        load: { deviceMap: 'auto', precision: 'auto', engines: 'auto', outputPixels: 2048 ** 2, maxReferences: 4 },
        cancelGraceSeconds: 30,
        engineStallSeconds: 600,
      },
    });
    expect(settings.limits).toMatchObject({
      maxFiles: 16,
      maxFileBytes: 50 * 1024 * 1024,
      maxImagePixels: 64e6,
      maxSteps: 150,
    });
    expect(settings.jobs).toEqual({
      queueLimit: 32,
      requestTimeoutSeconds: 300,
      jobTimeoutSeconds: 3600,
      retentionSeconds: 3600,
      retentionBytes: 1024 ** 3,
    });
    expect(isAbsolute(settings.engine.load.modelDir)).toBe(true);
    expect(settings.engine.load.modelDir).toMatch(/models.mini$/);
  });

  test('the miniature is served with its LoRAs, another checkpoint with those of LORA_DIR alone', () => {
    const loraDir = (environment: Record<string, string>) => readSettings(environment).engine.load.loraDir;
    expect(loraDir({})).toMatch(/models.mini-lora$/);
    expect(loraDir({ LORA_DIR: ' ', QWEN_MODEL_DIR: '' })).toMatch(/models.mini-lora$/);
    expect(loraDir({ LORA_DIR: 'loras' })).toBe(resolve('loras'));
    expect(loraDir({ QWEN_MODEL_DIR: 'models/mini' })).toBeNull();
    expect(loraDir({ QWEN_MODEL_DIR: 'models/mini', LORA_DIR: 'loras' })).toBe(resolve('loras'));
  });

  test('a blank variable is an unset one, and a key keeps its spaces', () => {
    expect(readSettings({ API_KEY: ' ', PORT: '', MAX_STEPS: ' ' })).toMatchObject({
      auth: { apiKey: null },
      server: { port: 8000 },
    });
    expect(readSettings({ API_KEY: ' a b ' }).auth.apiKey).toBe(' a b ');
  });

  test.each([
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['LOG_LEVEL', 'loud'],
    ['DEVICE_MAP', 'gpu'],
    ['PRECISION', 'fp16'],
    ['ENGINES', '0'],
    ['ENGINES', '1.5'],
    ['RELOAD', 'yes'],
    ['HOST', 'a b'],
    ['MAX_STEPS', '0'],
    ['MAX_STEPS', '1e3'],
    ['MAX_FILES', '1.5'],
    ['QUEUE_LIMIT', '0'],
    ['REQUEST_TIMEOUT_SECONDS', '0'],
    ['JOB_RETENTION_BYTES', '1GB'],
  ])('%s=%s is refused by one line', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name}="${value}" is invalid: ${name} must be `));
  });

  test.each([
    ['MAX_STEP', /did you mean MAX_STEPS\?/],
    ['API_KYE', /did you mean API_KEY\?/],
    ['API_KEYS', /did you mean API_KEY\?/],
    ['LOGLEVEL', /did you mean LOG_LEVEL\?/],
    ['max_files', /did you mean MAX_FILES\?/],
    ['QWEN_MODEL', /known variables are .*QWEN_MODEL_DIR/],
    ['MAX_SOMETHING', /known variables are /],
    ['QUEUE_LIMITS', /did you mean QUEUE_LIMIT\?/],
    ['SHUTDOWN_GRACE', /known variables are .*SHUTDOWN_GRACE_SECONDS/],
    ['JOB_TIMEOUT_MINUTES', /known variables are .*JOB_TIMEOUT_SECONDS/],
    ['QUANTIZED_CACHE_SIZE', /known variables are .*QUANTIZED_CACHE_DIR/],
  ])('the unknown variable %s is refused', (name, expected) => {
    const faults = faultsOf({ [name]: '1' });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(expected);
    expect(faults[0]?.startsWith(name)).toBe(true);
  });

  test("other programs' variables are left alone", () => {
    const names = [
      'PATH',
      'HOME',
      'APP_KEY',
      'JOB_NAME',
      'API_URL',
      'API_KEY_FILE',
      'LOG_LEVEL_SQL',
      'XDG_CACHE_HOME',
      'QWEN_EDIT_SERVICE_HOST',
      'QWEN_EDIT_PORT_8000_TCP_ADDR',
    ];
    expect(faultsOf(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([]);
  });
});
