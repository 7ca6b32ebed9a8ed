import { COMMANDS } from './commands.js';

/** Columns of the commands' names. */
const WIDTH = 12;

/** What --help prints without a command. */
export function overview(): string {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(WIDTH)}${summary}`);
  return `Edits pictures by instructions with Qwen-Image-Edit checkpoints.

Usage: qwen-image-edit COMMAND [options]
       npm run COMMAND -- [options]    (in a clone of the project; npm start serves)

${commands.join('\n')}

qwen-image-edit COMMAND --help says more about one, --version prints the version.`;
}
