/** A request that this checkpoint can't serve as it is; `param` names the field at fault. */
export class InvalidEditError extends Error {
  override readonly name = 'InvalidEditError';

  constructor(
    readonly param: string,
    message: string,
  ) {
    super(message);
  }
}
