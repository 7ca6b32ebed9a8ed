import type { ErrorCode } from './error-table.js';

interface DocumentedHeader {
  readonly description: string;
  readonly required: true;
  readonly schema: { readonly type: 'string'; readonly pattern?: string };
}
type DocumentedHeaders = Readonly<Record<string, DocumentedHeader>>;

const RETRY_AFTER: DocumentedHeaders = {
  'Retry-After': {
    description: 'Seconds after which trying again is likely to help',
    required: true,
    schema: { type: 'string', pattern: '^[0-9]+$' },
  },
};
const NO_RETRY: DocumentedHeaders = {
  'x-should-retry': {
    description: "false: OpenAI's SDKs don't repeat the request",
    required: true,
    schema: { type: 'string', pattern: '^false$' },
  },
};

/** Headers that come with an error code, as OpenAPI documents them. */
export const ERROR_HEADERS: Readonly<Partial<Record<ErrorCode, DocumentedHeaders>>> = {
  UNAUTHORIZED: {
    'WWW-Authenticate': { description: 'Basic and Bearer', required: true, schema: { type: 'string' } },
  },
  CONFLICT: NO_RETRY,
  QUEUE_FULL: RETRY_AFTER,
  JOB_DAMAGED: NO_RETRY,
  GENERATION_ERROR: NO_RETRY,
  MODEL_NOT_READY: RETRY_AFTER,
  TIMEOUT: NO_RETRY,
};
