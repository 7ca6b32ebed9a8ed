import { loadSettings } from '../../config/load-settings.js';
import { dropFirstEngine, launchFirstEngine } from '../../inference/engine-launcher.js';
import { StopSignals } from '../../program/stop-signals.js';
import { readOptions } from '../read-options.js';

const HELP = `Usage: qwen-image-edit serve

Serves the checkpoint at QWEN_MODEL_DIR (default: the miniature that comes with the program) over HTTP, with a page to try it.
The environment and .env hold its settings: PORT, HOST, API_KEY, DEVICE_MAP, PRECISION and more (.env.example lists them).

Exit codes: 0 ended by a signal; 1 a setting is wrong, or the port is taken; 2 wrong usage.`;

/**
 * `qwen-image-edit serve`: starts the service.
 * @throws SettingsError with every fault of the settings
 */
export async function run(args: readonly string[]): Promise<number> {
  if (readOptions(args, {}, HELP) === null) return 0;
  // The log's reader may go away; the service stays.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const settings = loadSettings();
  const signals = new StopSignals();
  if (settings.role !== 'api') launchFirstEngine(settings.engine.load);
  try {
    const { serve } = await import('../../server/serve.js');
    await serve(settings, signals);
  } catch (error) {
    // Else the channel to it would keep this process from its end.
    dropFirstEngine();
    throw error;
  }
  return 0;
}
