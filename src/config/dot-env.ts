import { readFileSync } from 'node:fs';
import { parseEnvFile } from './env-file.js';
import { SettingsError } from './settings-error.js';
import { errorCode } from '../program/error-code.js';

const FILE = '.env';

/**
 * Puts the variables of the working directory's `.env`, where there is one, into the process's environment; those that are
 * already set win. The only reader of `.env`: the service, the command line and every tool read it by this.
 * @throws SettingsError when the file can't be read, or has a line that is no setting
 */
export function loadDotEnv(): void {
  const text = readIfThere();
  if (text === null) return;
  const { variables, faults } = parseEnvFile(text);
  if (faults.length > 0)
    throw new SettingsError(faults.map(({ line, message }) => `${FILE}, line ${line}: ${message}`));
  for (const [name, value] of variables) process.env[name] ??= value;
}

function readIfThere(): string | null {
  try {
    return readFileSync(FILE, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return null;
    throw new SettingsError([`${FILE} can't be read (${code === '' ? String(error) : code})`]);
  }
}
