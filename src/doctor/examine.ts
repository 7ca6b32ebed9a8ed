import { loadDotEnv } from '../config/dot-env.js';
import { readSettings, SettingsError } from '../config/read-settings.js';
import { findGpus } from '../cuda/gpus.js';
import { checkCache } from './check-cache.js';
import { checkCheckpoint, checkLimits, checkPlan } from './check-checkpoint.js';
import { checkCore, checkDriver, checkGpus, checkNode, checkProvider } from './check-runtime.js';
import type { Finding } from './finding.js';

/** Looks at everything that the service needs, with the settings of the environment and .env. */
export async function examine(): Promise<Finding[]> {
  const findings: Finding[] = [checkNode(), await checkCore()];
  loadDotEnv();
  try {
    const settings = readSettings(process.env);
    const isAsked = settings.deviceMap === 'cuda' || settings.deviceMap === 'balanced';
    const gpus = await findGpus();
    findings.push(
      { about: 'Settings', state: 'ok', found: ['valid'] },
      checkProvider(isAsked),
      checkDriver(gpus, isAsked),
      await checkGpus(gpus, settings.deviceMap),
    );
    const { finding, checkpoint } = await checkCheckpoint(settings);
    findings.push(finding);
    if (checkpoint !== undefined) findings.push(await checkPlan(checkpoint, settings));
    findings.push(await checkCache(settings), checkLimits(settings));
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    findings.push({ about: 'Settings', state: 'fail', found: error.faults, todo: 'Mend the environment or .env' });
  }
  return findings;
}
