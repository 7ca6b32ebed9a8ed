import type { LoadRequest } from '../protocol/load-request.js';

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Where the service listens, and how it ends. */
export interface ServerSettings {
  /** HOST: an IP address or a host name. */
  readonly host: string;
  /** PORT; 0: any free port. */
  readonly port: number;
  /** SHUTDOWN_GRACE_SECONDS: for running and waiting work after the signal to end. */
  readonly shutdownGraceSeconds: number;
}

/** The gRPC server beside HTTP. */
export interface GrpcSettings {
  /** Where it listens: HOST, or loopback. */
  readonly host: string;
  /** GRPC_PORT; 0: any free port. */
  readonly port: number;
  /** null: connections are not encrypted. */
  readonly tls: TlsFiles | null;
}

/** Files in PEM. */
export interface TlsFiles {
  /** GRPC_TLS_CERT: the certificate, then those between it and the root. */
  readonly certFile: string;
  /** GRPC_TLS_KEY */
  readonly keyFile: string;
}

/** What the log tells. */
export interface LoggingSettings {
  /** LOG_LEVEL */
  readonly level: LogLevel;
  /** LOG_FORMAT; json: one object a line. */
  readonly format: LogFormat;
}

/** Origins of pages, each as browsers write it in the header Origin; `*`: every page's. */
export type CorsOrigins = '*' | readonly string[];

/** Who may use the service. */
export interface AuthSettings {
  /** API_KEY; null: no authentication. */
  readonly apiKey: string | null;
  /** CORS_ORIGINS: the pages of other hosts that may use the service from a browser; empty: none. */
  readonly corsOrigins: CorsOrigins;
}

/** What a request may ask for at most; each is an environment variable that the answer names. */
export interface RequestLimits {
  /** MAX_FILES: pictures in one request. */
  readonly maxFiles: number;
  /** MAX_FILE_MB, in bytes. */
  readonly maxFileBytes: number;
  /** MAX_BODY_MB, in bytes: a whole body. */
  readonly maxBodyBytes: number;
  /** UPLOAD_TIMEOUT_SECONDS: within which a body arrives. */
  readonly uploadTimeoutSeconds: number;
  /** UPLOADS_MAX_MB, in bytes: uploads and the pictures of unfinished jobs, over all requests. */
  readonly uploadsMaxBytes: number;
  /** MAX_IMAGE_MEGAPIXELS, in pixels of one decoded input. */
  readonly maxImagePixels: number;
  /** MAX_IMAGE_ASPECT: longer side over shorter side of an input. */
  readonly maxImageAspect: number;
  /** MAX_REFERENCES: references of one edit, where the checkpoint's class takes several. */
  readonly maxReferences: number;
  /** MAX_STEPS: denoising steps. */
  readonly maxSteps: number;
  /** MAX_OUTPUT_SIDE, in pixels. */
  readonly maxOutputSide: number;
  /** MAX_OUTPUT_PIXELS: width × height of a result. */
  readonly maxOutputPixels: number;
}

/** Which hosts the service asks for anything. */
export interface RemoteSettings {
  /** IMAGE_URL_HOSTS: from which pictures are fetched whose URL a request gives, see hostPatterns; empty: from none. */
  readonly imageUrlHosts: readonly string[];
}

/** How many jobs may wait, and how long they may take and are kept. */
export interface JobLimits {
  /** QUEUE_LIMIT: jobs that wait, or are being uploaded. */
  readonly queueLimit: number;
  /** REQUEST_TIMEOUT_SECONDS: from a request's upload to its answer. */
  readonly requestTimeoutSeconds: number;
  /** JOB_TIMEOUT_SECONDS: the same for a job that is asked for with `Prefer: respond-async`. */
  readonly jobTimeoutSeconds: number;
  /** JOB_RETENTION_SECONDS: how long a finished job can be asked for. */
  readonly retentionSeconds: number;
  /** JOB_RETENTION_BYTES: results that are kept in all; past it the oldest jobs are forgotten. */
  readonly retentionBytes: number;
}

/** `api` takes edits and has no engine; `worker` makes their pictures and takes none; `all` does both. */
export const ROLES = ['all', 'api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** Where jobs lie that several services share. */
export interface RedisSettings {
  /** REDIS_URL: with its password, which must not be told to anybody. */
  readonly url: string;
  /** LOST_AFTER_SECONDS: a process that Redis has heard nothing of for so long counts as gone. */
  readonly lostSeconds: number;
}

/** What the engine process loads, and when it counts as stuck. */
export interface EngineSettings {
  /** QWEN_MODEL_DIR, LORA_DIR, DEVICE_MAP, PRECISION, ENGINES, MAX_OUTPUT_PIXELS and the cache of quantized weights. */
  readonly load: LoadRequest;
  /** QWEN_MODEL_DIR was unset: the checkpoint is the bundled miniature. */
  readonly usesBundledModel: boolean;
  /** CANCEL_GRACE_SECONDS: for the engine to give up a cancelled picture; past it, it is ended and started again. */
  readonly cancelGraceSeconds: number;
  /** ENGINE_STALL_SECONDS: how long the engine may say nothing inside a picture while none like it was measured; past it, the same. */
  readonly engineStallSeconds: number;
}

/** Everything that the environment decides, validated (see readSettings), by who needs it. */
export interface Settings {
  readonly server: ServerSettings;
  /** null: there is none. */
  readonly grpc: GrpcSettings | null;
  readonly logging: LoggingSettings;
  readonly auth: AuthSettings;
  readonly limits: RequestLimits;
  readonly remote: RemoteSettings;
  readonly jobs: JobLimits;
  /** ROLE */
  readonly role: Role;
  /** DEFAULT_MODEL: id of the model of requests that name none, where several are served; null: the first that lives. */
  readonly defaultModel: string | null;
  /** null: jobs lie in the service's own memory. */
  readonly redis: RedisSettings | null;
  readonly engine: EngineSettings;
}
