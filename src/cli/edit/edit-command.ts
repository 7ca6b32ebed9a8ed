import 'reflect-metadata';
import { loadDotEnv } from '../../config/dot-env.js';
import { loadSettings } from '../../config/load-settings.js';
import type { RequestLimits } from '../../config/settings.js';
import { SettingsError } from '../../config/settings-error.js';
import { PACKAGE_VERSION } from '../../program/program-files.js';
import { toCliError, wrongUsage } from '../cli-error.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import type { Editor } from './editor.js';
import { helpText } from './help.js';
import { writeStdout } from './output/write-whole.js';
import { prepare } from './prepare.js';
import { BarReporter } from './report/bar-reporter.js';
import { LineReporter } from './report/line-reporter.js';
import { Outcome } from './report/outcome.js';
import { quietReporter, type Reporter, writeLine } from './report/reporter.js';
import { runEdits } from './run-edits.js';
import { apiAddress } from './server/server-address.js';
import { ServerEditor } from './server/server-editor.js';

/** What makes the edits, before anything is started for it. */
interface EditorChoice {
  readonly limits: RequestLimits;
  start(): Promise<Editor>;
}

/** A service knows its own limits, and refuses what is beyond them. */
const NO_LIMITS: RequestLimits = {
  maxFiles: Infinity,
  maxFileBytes: Infinity,
  maxBodyBytes: Infinity,
  uploadTimeoutSeconds: Infinity,
  uploadsMaxBytes: Infinity,
  maxImagePixels: Infinity,
  maxImageAspect: Infinity,
  maxReferences: Infinity,
  maxSteps: Infinity,
  maxOutputSide: Infinity,
  maxOutputPixels: Infinity,
};

/**
 * Carries out the command that was typed.
 * @param signal gives it up
 * @returns the exit code
 * @throws CliError when its output can't be written
 */
export async function runEditCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const outcome = new Outcome();
  const command = readOrTell(args, outcome);
  if (command?.help === true) await writeStdout(helpText());
  else if (command?.version === true) await writeStdout(`${PACKAGE_VERSION}\n`);
  else {
    if (command !== null) await run(command, outcome, signal);
    if (command?.json ?? args.includes('--json')) await writeStdout(outcome.json());
  }
  return outcome.exitCode;
}

function readOrTell(args: readonly string[], outcome: Outcome): CommandLine | null {
  try {
    return readCommandLine(args);
  } catch (error) {
    const fault = toCliError(error);
    outcome.failed(null, fault);
    writeLine(fault.message);
    return null;
  }
}

/** Carries out a command; everything that happens is told, nothing is thrown but what is a fault of the program. */
async function run(command: CommandLine, outcome: Outcome, signal: AbortSignal): Promise<void> {
  const reporter = reporterFor(command);
  let editor: Editor | null = null;
  try {
    const choice = chooseEditor(command);
    goWhereTheUserIs();
    const work = await prepare(command, choice.limits);
    editor = await choice.start();
    await runEdits(work, { editor, reporter, outcome, mayOverwrite: command.force, signal });
  } catch (error) {
    const fault = toCliError(error);
    outcome.failed(null, fault);
    reporter.fault(fault.message);
  } finally {
    reporter.end();
    await editor?.close();
  }
}

function chooseEditor(command: CommandLine): EditorChoice {
  try {
    return command.server === null ? localEngine(command) : serverEditor(command.server, command);
  } catch (error) {
    throw error instanceof SettingsError ? wrongUsage(error.message) : error;
  }
}

function serverEditor(server: string, { apiKey }: CommandLine): EditorChoice {
  loadDotEnv();
  const key = apiKey ?? process.env['API_KEY'] ?? '';
  const editor = new ServerEditor(apiAddress(server), key === '' ? null : key);
  return { limits: NO_LIMITS, start: () => Promise.resolve(editor) };
}

function localEngine({ apiKey, verbose }: CommandLine): EditorChoice {
  if (apiKey !== null) throw wrongUsage('--api_key is for --server: an engine of its own asks for none', 'api_key');
  const { limits } = loadSettings();
  return {
    limits,
    start: async () => {
      const { startLocalEngine } = await import('./local-engine/start-local-engine.js');
      return startLocalEngine(limits.maxFileBytes, verbose);
    },
  };
}

/** `npm run` starts a script in the package's folder; file names are meant from where it was typed. */
function goWhereTheUserIs(): void {
  const folder = process.env['INIT_CWD'];
  if (process.env['npm_lifecycle_event'] === 'edit' && folder !== undefined) process.chdir(folder);
}

function reporterFor({ quiet }: CommandLine): Reporter {
  if (quiet) return quietReporter;
  return process.stderr.isTTY ? new BarReporter(process.stderr) : new LineReporter();
}
