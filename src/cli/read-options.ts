import { parseArgs, type ParseArgsConfig } from 'node:util';
import { CommandError } from './command-error.js';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ args: string[]; options: T }>>['values'];

/**
 * Reads the options of a command that takes nothing else.
 * @param help what --help prints
 * @returns null when --help was asked for, which is then answered
 * @throws CommandError
 */
export function readOptions<const T extends Options>(
  args: readonly string[],
  options: T,
  help: string,
): Values<T> | null {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    return null;
  }
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(`${error.message}\n\n${help}`, 2);
  }
}
