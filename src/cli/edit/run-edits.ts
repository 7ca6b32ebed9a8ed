import { CliError, toCliError } from '../cli-error.js';
import type { EditResult, Editor } from './editor.js';
import { PICTURE_WARNING_START } from '../../protocol/picture.js';
import { type EditInput, readInput } from './inputs.js';
import { writeStdout, writeWhole } from './output/write-whole.js';
import type { Work } from './prepare.js';
import { duration } from './report/duration.js';
import type { Outcome } from './report/outcome.js';
import type { Reporter } from './report/reporter.js';
import { TimeLeft } from './report/time-left.js';

export interface RunEditsOptions {
  readonly editor: Editor;
  readonly reporter: Reporter;
  readonly outcome: Outcome;
  readonly mayOverwrite: boolean;
  /** Gives up what isn't done. */
  readonly signal: AbortSignal;
}

/** Edits the inputs one after the other and writes each result as soon as it is there; one that fails doesn't stop the others. */
export async function runEdits(work: Work, options: RunEditsOptions): Promise<void> {
  const { reporter, outcome, signal } = options;
  const timeLeft = new TimeLeft(work.inputs.length);
  for (const [index, input] of work.inputs.entries()) {
    try {
      timeLeft.begin();
      await editInput(work, index, input, timeLeft, options);
      timeLeft.finish();
    } catch (error) {
      if (signal.aborted) {
        outcome.cancelled(input.label);
        return;
      }
      const fault = toCliError(error);
      const isAbout = fault.isForAll ? null : input.label;
      outcome.failed(isAbout, fault);
      reporter.fault(
        isAbout === null || fault.message.startsWith(isAbout) ? fault.message : `${isAbout}: ${fault.message}`,
      );
      if (fault.isForAll) return;
    }
  }
}

async function editInput(
  work: Work,
  index: number,
  input: EditInput,
  timeLeft: TimeLeft,
  { editor, reporter, outcome, mayOverwrite, signal }: RunEditsOptions,
): Promise<void> {
  const count = work.inputs.length;
  const label = count > 1 ? `${input.label} (${index + 1} of ${count})` : input.label;
  const [first, ...others] = input.pictures;
  const pictures: [Buffer, ...Buffer[]] = [await readInput(first, editor.maxInputBytes)];
  for (const reference of others) pictures.push(await readInput(reference, editor.maxInputBytes));
  const mask = work.mask === null ? null : await readInput(work.mask, editor.maxInputBytes);
  let variant = 0;
  let startedAt = performance.now();
  for await (const update of editor.edit({ texts: work.texts, pictures, mask }, signal)) {
    switch (update.type) {
      case 'preparing':
        reporter.preparing(update.what);
        break;
      case 'notice':
        reporter.line(update.text);
        break;
      case 'queued':
        reporter.preparing(`${label}: place ${update.position} in the queue`);
        break;
      case 'started':
        reporter.preparing(`${label}: its turn has come`);
        break;
      case 'progress':
        reporter.progress(label, { ...update, etaSeconds: timeLeft.seconds(index + 1, update.etaSeconds) });
        break;
      case 'result': {
        for (const warning of update.warnings) {
          const about = work.inputs.length > 1 && isAboutPicture(warning) ? `${input.label}: ${warning}` : warning;
          if (outcome.warn(about)) reporter.line(`Warning: ${about}`);
        }
        const output = await writeResult(work, index, variant, update.result, mayOverwrite);
        outcome.made(input.label, output, work.format, update.result);
        const seconds = duration((performance.now() - startedAt) / 1000);
        const { size, seed } = update.result;
        reporter.line(`${label} -> ${output === '-' ? 'standard output' : output} (${size}, seed ${seed}, ${seconds})`);
        startedAt = performance.now();
        variant += 1;
      }
    }
  }
  signal.throwIfAborted();
  if (variant < work.n) throw new CliError(`Only ${variant} of ${work.n} results came`, 1, { code: 'CONNECTION_LOST' });
}

/** Not about what was asked for, which is the same for all inputs. */
function isAboutPicture(warning: string): boolean {
  return warning.startsWith(PICTURE_WARNING_START);
}

/** Returns the file's name; `-` is standard output. */
async function writeResult(
  { outputs }: Work,
  index: number,
  variant: number,
  { bytes }: EditResult,
  mayOverwrite: boolean,
): Promise<string> {
  const file = outputs.kind === 'files' ? outputs.files[index]?.[variant] : '-';
  if (file === undefined) throw new CliError('More results came than were asked for', 1, { code: 'UNEXPECTED_ANSWER' });
  if (file === '-') await writeStdout(bytes);
  else await writeWhole(file, bytes, mayOverwrite);
  return file;
}
