/** Something that the operator can mend; the message says how. */
export class SetupError extends Error {}
