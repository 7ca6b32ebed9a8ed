import { readOptions } from '../read-options.js';

const HELP = `Usage: qwen-image-edit doctor [--json]

Looks at everything that the service needs, with the settings of the environment and .env, and says what works and what to do
about the rest. Exit code 0: the service would start; 1: it would not.`;

/** `qwen-image-edit doctor`: says what works on this machine. */
export async function run(args: readonly string[]): Promise<number> {
  // --probe is the doctor's own: see probe.ts.
  const options = readOptions(args, { json: { type: 'boolean' }, probe: { type: 'string' } }, HELP);
  if (options === null) return 0;
  if (options.probe !== undefined) {
    const { probeHere } = await import('../../doctor/probe.js');
    await probeHere(options.probe);
    return 0;
  }
  const [{ examine }, { report }] = await Promise.all([
    import('../../doctor/examine.js'),
    import('../../doctor/report.js'),
  ]);
  const findings = await examine();
  const isWell = findings.every(({ state }) => state !== 'fail');
  console.log(options.json === true ? JSON.stringify({ ok: isWell, findings }, null, 2) : report(findings));
  return isWell ? 0 : 1;
}
