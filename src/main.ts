import { loadDotEnv } from './config/dot-env.js';
import { readSettings, SettingsError } from './config/read-settings.js';
import type { Settings } from './config/settings.js';
import { launchFirstEngine } from './inference/engine-launcher.js';
import { StopSignals } from './program/stop-signals.js';

/** The settings, or null after a line for each fault. */
function settingsOrFaults(): Settings | null {
  try {
    loadDotEnv();
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    for (const fault of error.faults) console.error(fault);
    return null;
  }
}

// Who reads the log may go away; the service stays.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const settings = settingsOrFaults();
if (settings === null) {
  process.exitCode = 1;
} else {
  const signals = new StopSignals();
  launchFirstEngine(settings);
  const { serve } = await import('./server/serve.js');
  await serve(settings, signals);
}
