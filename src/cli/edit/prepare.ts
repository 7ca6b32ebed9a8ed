import { randomInt } from 'node:crypto';
import { isatty } from 'node:tty';
import type { RequestLimits } from '../../config/settings.js';
import { checkFields } from '../../edits/fields/check-fields.js';
import { resultFormat, type ResultFormat } from '../../edits/result-format.js';
import { wrongUsage } from '../cli-error.js';
import type { CommandLine } from './command-line.js';
import { eachAlone, type EditInput, findInputs, findMask, type Input, isThere, together } from './inputs.js';
import { checkOutputs } from './output/check-outputs.js';
import { type OutputPlan, planOutputs } from './output/output-plan.js';
import { outputTarget } from './output/output-target.js';
import { fieldsOfName } from './output/file-format.js';

/** A command that can be carried out, as far as can be told before a model is there. */
export interface Work {
  readonly inputs: readonly EditInput[];
  /** For each of them; null: there is none. */
  readonly mask: Input | null;
  /** The API's fields, the same for every input. */
  readonly texts: Readonly<Record<string, string>>;
  /** Variants of each edit. */
  readonly n: number;
  readonly format: ResultFormat;
  readonly outputs: OutputPlan;
}

/**
 * Checks everything that doesn't need the model: the options by the API's own rules, the inputs, the outputs.
 * @param limits the most that options may ask for
 * @throws CliError when the command is wrong, EditError that names the option at fault
 */
export async function prepare(command: CommandLine, limits: RequestLimits): Promise<Work> {
  await refuseMissingPrompt(command);
  const target = await outputTarget(command.output, command.pictures.length === 1 && command.pictures[0] === '-');
  const given = {
    ...command.fields,
    ...(target.kind === 'name' ? fieldsOfName(target.pattern, command.fields) : {}),
  };
  const fields = checkFields(given, { limits, model: null });
  if (target.kind === 'stdout') checkStdout(command.json);
  const pictures = await findInputs(command.pictures);
  const mask = command.mask === null ? null : await findMask(command.mask);
  const inputs = command.together ? [together(pictures)] : pictures.map(eachAlone);
  // One seed for all inputs, as in a request with several; known now, so that file names can hold it.
  const seed = fields.seed ?? randomInt(2 ** 32);
  const format = resultFormat(fields.output_type, fields.output_format);
  const outputs = planOutputs(target, { inputs, n: fields.n, seed, format, given });
  if (outputs.kind === 'files')
    await checkOutputs(outputs.files.flat(), target, [...pictures, ...(mask === null ? [] : [mask])], command.force);
  const texts: Record<string, string> = { seed: String(seed) };
  // checkFields has refused what was given twice.
  for (const [name, text] of Object.entries(given)) if (typeof text === 'string') texts[name] = text;
  return { inputs, mask, texts, n: fields.n, format, outputs };
}

async function refuseMissingPrompt({ fields, isPromptLast }: CommandLine): Promise<void> {
  const { prompt } = fields;
  if (prompt === undefined) throw wrongUsage('No picture and no prompt are given: --help shows how', 'prompt');
  if (isPromptLast && typeof prompt === 'string' && (prompt === '-' || (await isThere(prompt)))) {
    throw wrongUsage(
      `The prompt is missing: ${prompt} is a picture's name. Give what to change as the last argument, or with --prompt`,
      'prompt',
    );
  }
}

function checkStdout(isJson: boolean): void {
  if (isJson)
    throw wrongUsage('--json and the picture would both go to standard output: name a file with -o', 'output');
  if (isatty(1)) {
    throw wrongUsage(
      'The result is a picture and standard output a terminal: name a file with -o, or pipe it',
      'output',
    );
  }
}
