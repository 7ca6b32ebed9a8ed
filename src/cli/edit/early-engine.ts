import { loadSettings } from '../../config/load-settings.js';
import { SettingsError } from '../../config/settings-error.js';
import { launchFirstEngine } from '../../inference/engine-launcher.js';

/** Arguments of commands that need no engine. */
const NO_ENGINE = /^(--(server|help|version)\b|-[hV]$)/;

/**
 * Starts the engine before the rest of the program is read, so that both boot side by side. Whether the command is right
 * shows only later; the engine of one that isn't is to be dropped.
 */
export function startEarlyEngine(args: readonly string[]): void {
  if (args.length < 2 || args.some((argument) => NO_ENGINE.test(argument))) return;
  try {
    launchFirstEngine(loadSettings().engine.load);
  } catch (error) {
    // The command reads the settings again, and tells.
    if (!(error instanceof SettingsError)) throw error;
  }
}
