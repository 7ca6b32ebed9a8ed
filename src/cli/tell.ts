/**
 * Tells on standard error why a command ended: errors that carry an exit code explain themselves, of others the stack helps.
 * @returns the exit code
 */
export function tell(error: unknown): number {
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number') {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
