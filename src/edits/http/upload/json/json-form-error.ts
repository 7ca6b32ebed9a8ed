/** Why a body of JSON is answered without looking at its fields; as plain data it goes from one thread to the other. */
export interface JsonFormFault {
  readonly kind: 'malformed' | 'too_large';
  readonly message: string;
  /** The field at fault. */
  readonly param: string | null;
}

/** A body that is no JSON, no form, or too large. */
export class JsonFormError extends Error {
  constructor(readonly fault: JsonFormFault) {
    super(fault.message);
  }
}

/** @param param the field at fault, where the body as a whole isn't */
export function malformed(message: string, param: string | null = null): JsonFormError {
  return new JsonFormError({ kind: 'malformed', message, param });
}

/** More bytes or files than the service takes. */
export function tooMuch(message: string, param: string | null = null): JsonFormError {
  return new JsonFormError({ kind: 'too_large', message, param });
}
