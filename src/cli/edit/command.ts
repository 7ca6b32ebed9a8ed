import 'reflect-metadata';
import { PACKAGE_VERSION } from '../../program/program-files.js';
import { toCliError } from '../cli-error.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import { helpText } from './help.js';
import { writeStdout } from './output/write-whole.js';
import { Outcome } from './report/outcome.js';
import { writeLine } from './report/reporter.js';
import { run } from './edit-command.js';

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
