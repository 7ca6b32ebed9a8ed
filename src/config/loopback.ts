/** Where only this machine reaches a server. */
export const LOOPBACK = '127.0.0.1';

/** Whether a HOST is such a place. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
