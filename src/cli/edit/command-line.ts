import { parseArgs, type ParseArgsConfig } from 'node:util';
import { wrongUsage } from '../cli-error.js';
import { FIELD_OPTIONS, HTTP_ONLY, REPEATABLE } from './field-options.js';

/** What was typed. */
export interface CommandLine {
  /** Files, folders, `-` for standard input. */
  readonly pictures: readonly string[];
  /** The API's fields that were given, as text; one that was repeated has an array. */
  readonly fields: Readonly<Record<string, string | string[]>>;
  /** The prompt was the last argument, without --prompt. */
  readonly isPromptLast: boolean;
  /** All pictures are references of one edit, instead of an edit each. */
  readonly together: boolean;
  readonly output: string | null;
  /** A file. */
  readonly mask: string | null;
  readonly server: string | null;
  readonly apiKey: string | null;
  readonly force: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

const OWN_OPTIONS = {
  together: { type: 'boolean', short: 't' },
  output: { type: 'string', short: 'o' },
  mask: { type: 'string', short: 'm' },
  server: { type: 'string' },
  api_key: { type: 'string' },
  force: { type: 'boolean', short: 'f' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  verbose: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const satisfies ParseArgsConfig['options'];

/**
 * Reads the arguments: options under the API's names, - and _ being the same in them; the last argument that is no
 * option is the prompt, unless --prompt gives it, and those before it are the pictures.
 * @throws CliError
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const fields: Record<string, string | string[]> = {};
  for (const name of FIELD_OPTIONS) {
    const given = values[name];
    const texts = Array.isArray(given) ? given.map(String) : [];
    const [first, ...more] = texts;
    if (first !== undefined) fields[name] = more.length === 0 ? first : (REPEATABLE[name]?.(texts) ?? texts);
  }
  const pictures = [...positionals];
  const last = fields['prompt'] === undefined ? pictures.pop() : undefined;
  if (last !== undefined) fields['prompt'] = last;
  refuseBrokenText(fields);
  const text = (name: keyof typeof OWN_OPTIONS): string | null => {
    const value = values[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    pictures,
    fields,
    isPromptLast: last !== undefined,
    together: values['together'] === true,
    output: text('output'),
    mask: text('mask'),
    server: text('server'),
    apiKey: text('api_key'),
    force: values['force'] === true,
    json: values['json'] === true,
    quiet: values['quiet'] === true,
    verbose: values['verbose'] === true,
    help: values['help'] === true,
    version: values['version'] === true,
  };
}

/** Node.js puts U+FFFD in the place of bytes that are no text, and then nobody can tell them from one that was typed. */
function refuseBrokenText(fields: CommandLine['fields']): void {
  const name = Object.keys(fields).find((field) => [fields[field]].flat().some((text) => text?.includes('\uFFFD')));
  if (name !== undefined) throw wrongUsage(`${name} must be UTF-8 text: it holds bytes that are none`, name);
}

type Parsed = Readonly<{ values: Record<string, unknown>; positionals: readonly string[] }>;

function parse(args: readonly string[]): Parsed {
  const fields = FIELD_OPTIONS.map((name) => [name, { type: 'string', multiple: true }] as const);
  const options = { ...Object.fromEntries(fields), ...OWN_OPTIONS };
  try {
    return parseArgs({ args: withUnderscores(args), options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw wrongUsage(`${explain(error.message)}; --help lists the options`);
  }
}

/** @param fault how Node.js puts it */
function explain(fault: string): string {
  const [, name = ''] = /^(?:Unknown option|Option) '(?:-\w, )?--([\w-]+)/.exec(fault) ?? [];
  if (HTTP_ONLY.includes(name)) return `--${name} is a field of the HTTP API alone, and of no use here`;
  // What follows the first sentence is advice for programmers.
  const [first = fault] = fault.split(/[.\n]\s?/);
  if (first.includes('ambiguous')) return `The value of --${name} starts with a dash: write --${name}=VALUE`;
  return first.startsWith('Unknown') ? `${first}; a prompt that starts with a dash goes last, behind --` : first;
}

/** --true-cfg-scale is --true_cfg_scale; what follows `=`, or stands behind `--`, is left alone. */
function withUnderscores(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((argument, index) => {
    if (end >= 0 && index >= end) return argument;
    const [, name = '', rest = ''] = /^--([^=]+)(.*)$/s.exec(argument) ?? [];
    return name === '' ? argument : `--${name.replaceAll('-', '_')}${rest}`;
  });
}
