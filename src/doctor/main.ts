import { loadSettings } from '../config/load-settings.js';
import { SettingsError } from '../config/settings-error.js';
import { findGpus } from '../cuda/gpus.js';
import { checkCache } from './check-cache.js';
import { checkCheckpoint, checkLimits, checkPlan } from './check-checkpoint.js';
import { checkCore, checkDriver, checkGpus, checkNode, checkProvider } from './check-runtime.js';
import type { Finding } from './finding.js';
import { report } from './report.js';

const HELP = `npm run doctor [-- --json]

Looks at everything that the service needs, with the settings of the environment and .env, and says what works and what to do
about the rest. Exit code 0: the service would start; 1: it would not.`;

async function examine(): Promise<Finding[]> {
  const findings: Finding[] = [checkNode(), await checkCore()];
  try {
    const settings = loadSettings();
    const { load } = settings.engine;
    const isAsked = load.deviceMap === 'cuda' || load.deviceMap === 'balanced';
    const gpus = await findGpus();
    findings.push(
      { about: 'Settings', state: 'ok', found: ['valid'] },
      checkProvider(isAsked),
      checkDriver(gpus, isAsked),
      await checkGpus(gpus, load.deviceMap),
    );
    const { finding, checkpoint } = await checkCheckpoint(load);
    findings.push(finding);
    if (checkpoint !== undefined) findings.push(await checkPlan(checkpoint, load));
    findings.push(await checkCache(load), checkLimits(settings));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    findings.push({ about: 'Settings', state: 'fail', found: error.faults, todo: 'Mend the environment or .env' });
  }
  return findings;
}

/** Tries one device; what is wrong goes to the standard output. */
async function probe(device: string): Promise<void> {
  const { probeDevice } = await import('../engine/sessions/probe-device.js');
  const [kind, index] = device.split(':');
  try {
    await probeDevice({ kind: kind === 'cuda' ? 'cuda' : 'cpu', index: Number(index) });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
    console.log(`${error instanceof Error ? error.message : String(error)}${cause}`.split('\n')[0]);
  }
}

const [first, second = 'cpu:0'] = process.argv.slice(2);
if (first === '--probe') {
  await probe(second);
} else if (first === undefined || first === '--json') {
  const findings = await examine();
  const isWell = findings.every(({ state }) => state !== 'fail');
  console.log(first === '--json' ? JSON.stringify({ ok: isWell, findings }, null, 2) : report(findings));
  process.exitCode = isWell ? 0 : 1;
} else {
  console.log(HELP);
  process.exitCode = first === '--help' ? 0 : 2;
}
