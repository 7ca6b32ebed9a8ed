import type { ErrorDto } from '../../../http/errors/error.dto.js';
import type { Strings } from '../text/english.js';

/** Why the service, or the way to it, did not do what was asked. */
export interface Fault {
  /** One of the API's error codes; UNREACHABLE: no answer; CUT: the answer broke off. */
  readonly code: string;
  /** The service's own words; empty for what the service could not say. */
  readonly message: string;
  /** The form field at fault; null when it is none. */
  readonly param: string | null;
  /** It is told where it is, without taking the user there. */
  readonly isQuiet?: boolean;
  /** Id of the picture at fault, where it is one. */
  readonly picture?: string;
  /** What the page says in place of the message, of a fault that it has found itself. */
  readonly words?: (strings: Strings) => string;
}

/** A fault on its way to the part of the page that shows it. */
export class FaultError extends Error {
  constructor(readonly fault: Fault) {
    super(`${fault.code}: ${fault.message}`);
  }
}

/** Reads an error answer; a proxy's page in its place is told by its status. */
export async function faultOf(response: Response): Promise<Fault> {
  const text = await response.text();
  try {
    const { code, message, param } = (JSON.parse(text) as ErrorDto).error;
    return { code, message, param };
  } catch {
    return { code: 'HTTP', message: `HTTP ${response.status} ${response.statusText}`.trim(), param: null };
  }
}
