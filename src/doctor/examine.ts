import { loadSettings } from '../config/load-settings.js';
import { SettingsError } from '../config/settings-error.js';
import { findGpus } from '../cuda/gpus.js';
import { checkCache } from './check-cache.js';
import { checkCheckpoint, checkLimits, checkPlan } from './check-checkpoint.js';
import { checkCore, checkDriver, checkGpus, checkNode, checkProvider } from './check-runtime.js';
import type { Finding } from './finding.js';

/** Looks at everything that the service needs, with the settings of the environment and .env. */
export async function examine(): Promise<Finding[]> {
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
      await checkGpus(gpus, load),
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
