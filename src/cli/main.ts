#!/usr/bin/env node
import 'reflect-metadata';
import { PACKAGE_VERSION } from '../program.js';
import { EXIT_CODES, StopSignals } from '../stop-signals.js';
import { CliFault, EXIT, toFault } from './cli-fault.js';
import { type CommandLine, readCommandLine } from './command-line.js';
import { helpText } from './help.js';
import { writeStdout } from './output/write-whole.js';
import { Outcome } from './report/outcome.js';
import { writeLine } from './report/reporter.js';
import { run } from './run.js';

/** Carries out the command that was typed, and gives its exit code. */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
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
    const fault = toFault(error);
    outcome.failed(null, fault);
    writeLine(fault.message);
    return null;
  }
}

const signals = new StopSignals();
const stop = new AbortController();
const ended = main(process.argv.slice(2), stop.signal).catch((error: unknown) => {
  const isExpected = error instanceof CliFault;
  writeLine(error instanceof Error ? ((isExpected ? null : error.stack) ?? error.message) : String(error));
  return EXIT.failed;
});
signals.onStop(async (signal) => {
  stop.abort();
  await ended;
  return EXIT_CODES[signal];
});
process.exitCode = await ended;
