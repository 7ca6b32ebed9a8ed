import path from 'node:path';
import { DEVICE_MAPS, PRECISION_SETTINGS } from '../protocol/device-settings.js';
import { unknownVariableFaults } from './known-variables.js';
import { PACKAGE_DIR } from '../program/program-files.js';
import { readQuantizedCache } from './quantized-cache-settings.js';
import { Settings } from './settings.js';
import { type Environment, VariableReader } from './variable-reader.js';

/** The environment can't be served with; each fault is one line that names its variable. */
export class SettingsError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

const MEGA = 1_000_000;
const MIB = 1024 * 1024;
/** 24 days: what a timer of Node.js can wait. */
export const MAX_TIMER_SECONDS = 2_000_000;

/**
 * Turns the environment into settings.
 * @throws SettingsError when a value is invalid or a variable of ours is unknown, with every fault there is
 */
export function readSettings(environment: Environment): Settings {
  const variables = new VariableReader(environment);
  const modelDir = variables.text('QWEN_MODEL_DIR');
  const host = variables.text('HOST') ?? '0.0.0.0';
  if (!/^[\w.:%-]+$/.test(host)) variables.refuse('HOST', host, 'must be an IP address or a host name');
  // scripts/start.mjs acts on RELOAD before this process starts; here it is only checked.
  variables.oneOf('RELOAD', ['true', 'false'], 'false');

  const settings = new Settings({
    modelDir: path.resolve(modelDir ?? path.join(PACKAGE_DIR, 'models', 'mini')),
    usesBundledModel: modelDir === null,
    apiKey: variables.secret('API_KEY'),
    deviceMap: variables.oneOf('DEVICE_MAP', DEVICE_MAPS, 'auto'),
    precision: variables.oneOf('PRECISION', PRECISION_SETTINGS, 'auto'),
    host,
    port: variables.wholeNumber('PORT', 0, 65535, 8000),
    logLevel: variables.oneOf('LOG_LEVEL', ['debug', 'info', 'warning', 'error'], 'info'),
    limits: {
      maxFiles: variables.wholeNumber('MAX_FILES', 1, 256, 16),
      maxFileBytes: variables.wholeNumber('MAX_FILE_MB', 1, 1024, 50) * MIB,
      maxBodyBytes: variables.wholeNumber('MAX_BODY_MB', 1, 16384, 256) * MIB,
      uploadsMaxBytes: variables.wholeNumber('UPLOADS_MAX_MB', 1, 1_048_576, 512) * MIB,
      maxImagePixels: variables.wholeNumber('MAX_IMAGE_MEGAPIXELS', 1, 1000, 64) * MEGA,
      maxImageAspect: variables.wholeNumber('MAX_IMAGE_ASPECT', 1, 100, 10),
      maxSteps: variables.wholeNumber('MAX_STEPS', 1, 1000, 150),
      maxOutputSide: variables.wholeNumber('MAX_OUTPUT_SIDE', 64, 16384, 4096),
      maxOutputPixels: variables.wholeNumber('MAX_OUTPUT_PIXELS', 4096, 268_435_456, 4_194_304),
    },
    jobs: {
      queueLimit: variables.wholeNumber('QUEUE_LIMIT', 1, 100_000, 32),
      requestTimeoutSeconds: variables.wholeNumber('REQUEST_TIMEOUT_SECONDS', 1, MAX_TIMER_SECONDS, 300),
      jobTimeoutSeconds: variables.wholeNumber('JOB_TIMEOUT_SECONDS', 1, MAX_TIMER_SECONDS, 3600),
      cancelGraceSeconds: variables.wholeNumber('CANCEL_GRACE_SECONDS', 1, MAX_TIMER_SECONDS, 30),
      engineStallSeconds: variables.wholeNumber('ENGINE_STALL_SECONDS', 1, MAX_TIMER_SECONDS, 600),
      shutdownGraceSeconds: variables.wholeNumber('SHUTDOWN_GRACE_SECONDS', 0, MAX_TIMER_SECONDS, 25),
      retentionSeconds: variables.wholeNumber('JOB_RETENTION_SECONDS', 1, MAX_TIMER_SECONDS, 3600),
      retentionBytes: variables.wholeNumber('JOB_RETENTION_BYTES', MIB, 2 ** 40, 1024 * MIB),
    },
    quantizedCache: readQuantizedCache(variables),
  });

  const faults = [...variables.faults, ...unknownVariableFaults(Object.keys(environment))];
  if (faults.length > 0) throw new SettingsError(faults);
  return settings;
}
