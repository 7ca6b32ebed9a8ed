import path from 'node:path';
import { DEVICE_MAPS, PRECISION_SETTINGS } from '../protocol/device-settings.js';
import type { EngineCount } from '../protocol/engine-share.js';
import type { LoadRequest } from '../protocol/load-request.js';
import type { TransformerSource } from '../protocol/transformer-source.js';
import { parseCorsOrigins } from './cors-origins.js';
import { hostPatterns } from './host-patterns.js';
import { unknownVariableFaults } from './known-variables.js';
import { PACKAGE_DIR } from '../program/program-files.js';
import { readGrpcSettings } from './grpc-settings.js';
import { readQuantizedCache } from './quantized-cache-settings.js';
import {
  type CorsOrigins,
  type EngineSettings,
  type JobLimits,
  LOG_FORMATS,
  LOG_LEVELS,
  type RedisSettings,
  type RemoteSettings,
  type RequestLimits,
  ROLES,
  type ServerSettings,
  type Settings,
} from './settings.js';
import { SettingsError } from './settings-error.js';
import { type Environment, VariableReader } from './variable-reader.js';

const MEGA = 1_000_000;
const MIB = 1024 * 1024;
/** What the field's peers take, too (the published model's card recommends up to three). */
const DEFAULT_MAX_REFERENCES = 4;
/** More than any host has GPUs. */
const MOST_ENGINES = 64;
/** 24 days: what a timer of Node.js can wait. */
export const MAX_TIMER_SECONDS = 2_000_000;
/** A day. */
const MAX_UPLOAD_SECONDS = 86_400;

/**
 * Turns the environment into settings.
 * @throws SettingsError when a value is invalid or a variable of ours is unknown, with every fault there is
 */
export function readSettings(environment: Environment): Settings {
  const variables = new VariableReader(environment);
  const settings = readAll(variables);
  const faults = [...variables.faults, ...unknownVariableFaults(Object.keys(environment), variables.names)];
  if (faults.length > 0) throw new SettingsError(faults);
  return settings;
}

/** Every variable that the service reads. */
export function knownVariables(): readonly string[] {
  const variables = new VariableReader({});
  readAll(variables);
  return variables.names;
}

/** Reads every variable, whatever the others hold: which ones are known is what was asked for here. */
function readAll(variables: VariableReader): Settings {
  const model = readModel(variables);
  // `npm start` (scripts/start.mjs) acts on RELOAD before the service's own process starts; here it is only checked.
  variables.oneOf('RELOAD', ['true', 'false'], 'false');
  const auth = { apiKey: variables.secret('API_KEY'), corsOrigins: readCorsOrigins(variables) };
  const server = readServer(variables);
  const grpc = readGrpcSettings(variables);
  const logging = {
    level: variables.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    format: variables.oneOf('LOG_FORMAT', LOG_FORMATS, 'text'),
  };
  const limits = readLimits(variables);
  const remote = readRemote(variables);
  const jobs = readJobs(variables);
  const { maxOutputPixels: outputPixels, maxReferences } = limits;
  const scale = readScale(variables);
  const engines = readEngineCount(variables);
  const load = {
    ...model,
    ...{ outputPixels, maxReferences, quantizedCache: readQuantizedCache(variables) },
    ...{ engines, share: null, isShared: scale.redis !== null },
  };
  return { auth, server, grpc, logging, limits, remote, jobs, ...scale, engine: readEngine(variables, load) };
}

function readCorsOrigins(variables: VariableReader): CorsOrigins {
  const text = variables.text('CORS_ORIGINS');
  if (text === null) return [];
  const read = parseCorsOrigins(text);
  if ('origins' in read) return read.origins;
  variables.refuse('CORS_ORIGINS', text, read.fault);
  return [];
}

function readServer(variables: VariableReader): ServerSettings {
  const host = variables.text('HOST') ?? '0.0.0.0';
  if (!/^[\w.:%-]+$/.test(host)) variables.refuse('HOST', host, 'must be an IP address or a host name');
  return {
    host,
    port: variables.wholeNumber('PORT', 0, 65535, 8000),
    shutdownGraceSeconds: variables.wholeNumber('SHUTDOWN_GRACE_SECONDS', 0, MAX_TIMER_SECONDS, 25),
  };
}

function readLimits(variables: VariableReader): RequestLimits {
  return {
    maxFiles: variables.wholeNumber('MAX_FILES', 1, 256, 16),
    maxFileBytes: variables.wholeNumber('MAX_FILE_MB', 1, 1024, 50) * MIB,
    maxBodyBytes: variables.wholeNumber('MAX_BODY_MB', 1, 16384, 256) * MIB,
    uploadTimeoutSeconds: variables.wholeNumber('UPLOAD_TIMEOUT_SECONDS', 1, MAX_UPLOAD_SECONDS, 300),
    uploadsMaxBytes: variables.wholeNumber('UPLOADS_MAX_MB', 1, 1_048_576, 512) * MIB,
    maxImagePixels: variables.wholeNumber('MAX_IMAGE_MEGAPIXELS', 1, 1000, 64) * MEGA,
    maxImageAspect: variables.wholeNumber('MAX_IMAGE_ASPECT', 1, 100, 10),
    maxReferences: variables.wholeNumber('MAX_REFERENCES', 1, 16, DEFAULT_MAX_REFERENCES),
    maxSteps: variables.wholeNumber('MAX_STEPS', 1, 1000, 150),
    maxOutputSide: variables.wholeNumber('MAX_OUTPUT_SIDE', 64, 16384, 4096),
    maxOutputPixels: variables.wholeNumber('MAX_OUTPUT_PIXELS', 4096, 268_435_456, 4_194_304),
  };
}

function readRemote(variables: VariableReader): RemoteSettings {
  const list = variables.text('IMAGE_URL_HOSTS') ?? '';
  const imageUrlHosts = hostPatterns(list);
  if (imageUrlHosts === null) {
    variables.refuse(
      'IMAGE_URL_HOSTS',
      list,
      "must be host names with commas between, such as 'images.example.com,*.example.org': neither addresses, nor ports or paths",
    );
  }
  return { imageUrlHosts: imageUrlHosts ?? [] };
}

function readJobs(variables: VariableReader): JobLimits {
  return {
    queueLimit: variables.wholeNumber('QUEUE_LIMIT', 1, 100_000, 32),
    requestTimeoutSeconds: variables.wholeNumber('REQUEST_TIMEOUT_SECONDS', 1, MAX_TIMER_SECONDS, 300),
    jobTimeoutSeconds: variables.wholeNumber('JOB_TIMEOUT_SECONDS', 1, MAX_TIMER_SECONDS, 3600),
    retentionSeconds: variables.wholeNumber('JOB_RETENTION_SECONDS', 1, MAX_TIMER_SECONDS, 3600),
    retentionBytes: variables.wholeNumber('JOB_RETENTION_BYTES', MIB, 2 ** 40, 1024 * MIB),
  };
}

/** Where jobs lie, and what of the work with them this process does. */
function readScale(variables: VariableReader): Pick<Settings, 'redis' | 'role' | 'defaultModel'> {
  const redis = readRedis(variables);
  const role = variables.oneOf('ROLE', ROLES, 'all');
  if (role !== 'all' && variables.secret('REDIS_URL') === null) {
    variables.refuse('ROLE', role, 'needs REDIS_URL, by which services and workers share their jobs');
  }
  return { redis, role, defaultModel: variables.text('DEFAULT_MODEL') };
}

function readRedis(variables: VariableReader): RedisSettings | null {
  const url = variables.secret('REDIS_URL');
  const lostSeconds = variables.wholeNumber('LOST_AFTER_SECONDS', 1, 3600, 15);
  if (url === null) return null;
  if (URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol)) return { url, lostSeconds };
  // It holds a password: what stands there isn't repeated.
  variables.faults.push(
    'REDIS_URL is invalid: REDIS_URL must be redis://HOST:PORT, or rediss://USER:PASSWORD@HOST:PORT for TLS; signs other than letters and digits must be percent-encoded in a password',
  );
  return null;
}

/** Which checkpoint is served, with which transformer and LoRAs, on which devices, and in which precision. */
function readModel(
  variables: VariableReader,
): Pick<LoadRequest, 'modelDir' | 'transformer' | 'loraDir' | 'deviceMap' | 'precision'> {
  const models = path.join(PACKAGE_DIR, 'models');
  const modelDir = variables.text('QWEN_MODEL_DIR');
  // The bundled LoRAs fit the bundled checkpoint alone.
  const loraDir = variables.text('LORA_DIR') ?? (modelDir === null ? path.join(models, 'mini-lora') : null);
  return {
    modelDir: path.resolve(modelDir ?? path.join(models, 'mini')),
    transformer: readTransformerSource(variables),
    loraDir: loraDir === null ? null : path.resolve(loraDir),
    deviceMap: variables.oneOf('DEVICE_MAP', DEVICE_MAPS, 'auto'),
    precision: variables.oneOf('PRECISION', PRECISION_SETTINGS, 'auto'),
  };
}

/** `auto`, or a number from 1 on. */
function readEngineCount(variables: VariableReader): EngineCount {
  const text = variables.text('ENGINES');
  if (text === null || text === 'auto') return 'auto';
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_ENGINES) return count;
  variables.refuse('ENGINES', text, `must be auto or a whole number from 1 to ${MOST_ENGINES}`);
  return 'auto';
}

/** Whose weights the transformer has, where they are not the checkpoint's own. */
export function readTransformerSource(variables: VariableReader): TransformerSource {
  const file = variables.text('QWEN_TRANSFORMER_FILE');
  const zeroCondT = variables.oneOf('QWEN_ZERO_COND_T', ['auto', 'true', 'false'], 'auto');
  return {
    file: file === null ? null : path.resolve(file),
    zeroCondT: zeroCondT === 'auto' ? null : zeroCondT === 'true',
  };
}

function readEngine(variables: VariableReader, load: LoadRequest): EngineSettings {
  return {
    load,
    usesBundledModel: variables.text('QWEN_MODEL_DIR') === null,
    cancelGraceSeconds: variables.wholeNumber('CANCEL_GRACE_SECONDS', 1, MAX_TIMER_SECONDS, 30),
    engineStallSeconds: variables.wholeNumber('ENGINE_STALL_SECONDS', 1, MAX_TIMER_SECONDS, 600),
  };
}
