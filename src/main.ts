import { loadSettings } from './config/load-settings.js';
import type { Settings } from './config/settings.js';
import { SettingsError } from './config/settings-error.js';
import { launchFirstEngine } from './inference/engine-launcher.js';
import { StopSignals } from './program/stop-signals.js';

/** The settings, or null after a line for each fault. */
function settingsOrFaults(): Settings | null {
  try {
    return loadSettings();
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
  launchFirstEngine(settings.engine.load);
  const { serve } = await import('./server/serve.js');
  await serve(settings, signals);
}
