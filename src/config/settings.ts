import type { DeviceMap, PrecisionSetting } from '../protocol/device-settings.js';
import type { QuantizedCacheSettings } from '../protocol/load-request.js';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

/** What a request may ask for at most; each is an environment variable that the answer names. */
export interface RequestLimits {
  /** MAX_FILES: pictures in one request. */
  readonly maxFiles: number;
  /** MAX_FILE_MB, in bytes. */
  readonly maxFileBytes: number;
  /** MAX_BODY_MB, in bytes: the whole multipart body. */
  readonly maxBodyBytes: number;
  /** UPLOADS_MAX_MB, in bytes: uploads and the pictures of unfinished jobs, over all requests. */
  readonly uploadsMaxBytes: number;
  /** MAX_IMAGE_MEGAPIXELS, in pixels of one decoded input. */
  readonly maxImagePixels: number;
  /** MAX_IMAGE_ASPECT: longer side over shorter side of an input. */
  readonly maxImageAspect: number;
  /** MAX_STEPS: denoising steps. */
  readonly maxSteps: number;
  /** MAX_OUTPUT_SIDE, in pixels. */
  readonly maxOutputSide: number;
  /** MAX_OUTPUT_PIXELS: width × height of a result. */
  readonly maxOutputPixels: number;
}

/** How long work may wait, run and be kept. */
export interface JobLimits {
  /** QUEUE_LIMIT: jobs that wait, or are being uploaded. */
  readonly queueLimit: number;
  /** REQUEST_TIMEOUT_SECONDS: from a request's upload to its answer. */
  readonly requestTimeoutSeconds: number;
  /** JOB_TIMEOUT_SECONDS: the same for a job that is asked for with `Prefer: respond-async`. */
  readonly jobTimeoutSeconds: number;
  /** CANCEL_GRACE_SECONDS: for the engine to give up a cancelled picture; past it, it is ended and started again. */
  readonly cancelGraceSeconds: number;
  /** ENGINE_STALL_SECONDS: how long the engine may say nothing inside a picture while none like it was measured; past it, the same. */
  readonly engineStallSeconds: number;
  /** SHUTDOWN_GRACE_SECONDS: for running and waiting work after the signal to end. */
  readonly shutdownGraceSeconds: number;
  /** JOB_RETENTION_SECONDS: how long a finished job can be asked for. */
  readonly retentionSeconds: number;
  /** JOB_RETENTION_BYTES: results that are kept in all; past it the oldest jobs are forgotten. */
  readonly retentionBytes: number;
}

/**
 * Everything that the environment decides, validated once at start (see readSettings).
 * A class, so that it is its own injection token; made from a plain object and never changed.
 */
export class Settings {
  /** Absolute path of the checkpoint folder (QWEN_MODEL_DIR). */
  readonly modelDir: string;
  /** QWEN_MODEL_DIR was unset: modelDir is the bundled miniature. */
  readonly usesBundledModel: boolean;
  /** null: no authentication. */
  readonly apiKey: string | null;
  readonly deviceMap: DeviceMap;
  readonly precision: PrecisionSetting;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly limits: RequestLimits;
  readonly jobs: JobLimits;
  readonly quantizedCache: QuantizedCacheSettings;

  constructor(values: Settings) {
    this.modelDir = values.modelDir;
    this.usesBundledModel = values.usesBundledModel;
    this.apiKey = values.apiKey;
    this.deviceMap = values.deviceMap;
    this.precision = values.precision;
    this.host = values.host;
    this.port = values.port;
    this.logLevel = values.logLevel;
    this.limits = values.limits;
    this.jobs = values.jobs;
    this.quantizedCache = values.quantizedCache;
  }
}
