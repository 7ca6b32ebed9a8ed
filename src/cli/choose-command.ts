import { existsSync } from 'node:fs';
import { closestMatch } from 'leven';
import { COMMANDS, type CommandName, isCommandName } from './commands.js';

export type Choice =
  | { readonly kind: 'command'; readonly name: CommandName; readonly args: readonly string[] }
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'unknown'; readonly message: string };

/** Letters that a misspelt command may differ in. */
const MOST_WRONG_LETTERS = 2;

/**
 * Which command the arguments mean. Without one, pictures and a prompt are meant for `edit`: options, `-`, and what is a
 * file's or folder's name can be nothing else.
 */
export function chooseCommand(args: readonly string[]): Choice {
  const [first, ...rest] = args;
  if (first === undefined) return { kind: 'unknown', message: `No command is given. ${known()}` };
  if (isCommandName(first)) return { kind: 'command', name: first, args: rest };
  if (['-h', '--help', 'help'].includes(first)) return helpOf(rest);
  if (['-V', '--version'].includes(first)) return { kind: 'version' };
  const isEdit = args.length > 1 && (first.startsWith('-') || /[./\\]/.test(first) || existsSync(first));
  if (isEdit) return { kind: 'command', name: 'edit', args };
  const meant = closestMatch(first, Object.keys(COMMANDS), { maxDistance: MOST_WRONG_LETTERS });
  const guess = meant === undefined ? '' : `: did you mean ${meant}?`;
  return { kind: 'unknown', message: `There is no command ${first}${guess === '' ? '. ' : `${guess} `}${known()}` };
}

/** `help COMMAND` is `COMMAND --help`. */
function helpOf([command]: readonly string[]): Choice {
  if (command === undefined || !isCommandName(command)) return { kind: 'help' };
  return { kind: 'command', name: command, args: ['--help'] };
}

function known(): string {
  return `The commands are ${Object.keys(COMMANDS).join(', ')}; --help tells what they do`;
}
