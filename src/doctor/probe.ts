import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { engineEnvironment } from '../inference/engine-environment.js';
import { PROGRAM_ENTRY } from '../program/program-files.js';

const PROBE_MILLISECONDS = 120_000;

/**
 * Tries whether a device computes, in a process of its own: a library that doesn't fit may end it.
 * @param device `cpu:0`, `cuda:1`
 * @returns null, or why it doesn't
 */
export async function probe(device: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM_ENTRY, 'doctor', '--probe', device], {
      env: engineEnvironment(),
      timeout: PROBE_MILLISECONDS,
    });
    return stdout.trim() === '' ? null : stdout.trim();
  } catch (error) {
    return `the process that tried ended: ${(error as Error).message.split('\n')[0] ?? ''}`;
  }
}

/** Tries it in this process; what is wrong goes to standard output. */
export async function probeHere(device: string): Promise<void> {
  // Only the process that is to compute loads the runtime.
  const { probeDevice } = await import('../engine/sessions/probe-device.js');
  const [kind, index] = device.split(':');
  try {
    await probeDevice({ kind: kind === 'cuda' ? 'cuda' : 'cpu', index: Number(index) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
    console.log(`${error instanceof Error ? error.message : String(error)}${cause}`.split('\n')[0]);
  }
}
