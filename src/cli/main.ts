import { chooseCommand } from './choose-command.js';
import { COMMANDS } from './commands.js';
import { tell } from './tell.js';
import { CommandError } from './command-error.js';

/** Who reads a command's output may have seen enough, as `head` has: it ends, and nothing is wrong. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const choice = chooseCommand(args);
  // An edit tells of a result that nobody takes; the service isn't there for its output.
  if (choice.kind !== 'command' || !['edit', 'serve'].includes(choice.name)) endWithReader();
  switch (choice.kind) {
    case 'command': {
      const { run } = await COMMANDS[choice.name].load();
      return run(choice.args);
    }
    case 'help': {
      const { overview } = await import('./overview.js');
      console.log(overview());
      return 0;
    }
    case 'version': {
      const { PACKAGE_VERSION } = await import('../program/program-files.js');
      console.log(PACKAGE_VERSION);
      return 0;
    }
    case 'unknown':
      throw new CommandError(choice.message, 2);
  }
}

// The service goes on after its start, and sets its own exit code when it ends.
const code = await main(process.argv.slice(2)).catch(tell);
if (code !== 0) process.exitCode = code;
