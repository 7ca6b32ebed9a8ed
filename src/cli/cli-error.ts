import { editApiError } from '../http/errors/edit-api-error.js';
import { EditError } from '../protocol/edit-error.js';
import { MASK_FIELD, PICTURE_FIELDS } from '../edits/fields/known-fields.js';

/** Exit codes; a signal's own is 128 and its number. */
export const EXIT = { done: 0, failed: 1, wrongUsage: 2 } as const;

export interface CliErrorOptions {
  /** The API's error code, or the command line's own. */
  readonly code?: string;
  /** The option or field at fault. */
  readonly param?: string | null;
  /** The other pictures would meet the same: they are not tried. */
  readonly isForAll?: boolean;
}

/** Why a picture, or the whole command, has no result. The message is for the user who typed the command. */
export class CliError extends Error {
  readonly code: string;
  readonly param: string | null;
  readonly isForAll: boolean;

  constructor(
    message: string,
    readonly exitCode: typeof EXIT.failed | typeof EXIT.wrongUsage = EXIT.failed,
    { code = 'FAILED', param = null, isForAll = false }: CliErrorOptions = {},
  ) {
    super(message);
    this.code = code;
    this.param = param;
    this.isForAll = isForAll || exitCode === EXIT.wrongUsage;
  }
}

/** The command itself is wrong. */
export function wrongUsage(message: string, param: string | null = null): CliError {
  return new CliError(message, EXIT.wrongUsage, { code: 'WRONG_USAGE', param });
}

/** A fault of one of these is a file's: the next picture may fit. */
const FILE_FIELDS = [...PICTURE_FIELDS, MASK_FIELD];

/** Errors that depend on the service and not on the picture. */
const FOR_ALL = ['UNAUTHORIZED', 'NOT_FOUND', 'METHOD_NOT_ALLOWED', 'MODEL_NOT_READY'];

/** An error of the API, its own engine's or a server's, as the command line tells it. */
export function apiError(code: string, message: string, param: string | null): CliError {
  const isUsage = code === 'INVALID_INPUT' && param !== null && !FILE_FIELDS.includes(param);
  // Each request of the command line holds one picture, which is named beside the message.
  const text = message.replace(' at index 0:', ':');
  const hint = code === 'UNAUTHORIZED' ? ' (API_KEY or --api_key gives the key)' : '';
  return new CliError(`${text}${hint}`, isUsage ? EXIT.wrongUsage : EXIT.failed, {
    code,
    param,
    isForAll: FOR_ALL.includes(code),
  });
}

/** Whatever was thrown, as a fault; what is a fault of the program is thrown on. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (!(error instanceof EditError)) throw error;
  const { code, message, param } = editApiError(error);
  return apiError(code, message, param);
}
