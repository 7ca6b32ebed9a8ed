/** What `qwen-image-edit NAME` starts. */
export interface Command {
  /** Carries it out; for the service, starts it. @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

export interface CommandEntry {
  /** A line for the list of commands. */
  readonly summary: string;
  /** Reads the command's code: no other command's start waits for it. */
  load(): Promise<Command>;
}

export const COMMANDS = {
  serve: {
    summary: 'Serve the model over HTTP, with a page to try it',
    load: () => import('./commands/serve.js'),
  },
  edit: {
    summary: 'Edit pictures by an instruction, here or by a running service',
    load: () => import('./commands/edit.js'),
  },
  doctor: {
    summary: 'Say what works on this machine, and what to do about the rest',
    load: () => import('./commands/doctor.js'),
  },
  plan: {
    summary: 'Show where the networks of a checkpoint would live, on this machine or others',
    load: () => import('./commands/plan.js'),
  },
  export: {
    summary: "Write a checkpoint's graphs as .onnx files",
    load: () => import('./commands/export.js'),
  },
  cache: {
    summary: 'List or remove the quantized weights that are kept for the next start',
    load: () => import('./commands/cache.js'),
  },
  'setup-cuda': {
    summary: 'Install what computing on an NVIDIA GPU needs',
    load: () => import('./commands/setup-cuda.js'),
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;

export type CommandName = keyof typeof COMMANDS;

export const isCommandName = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);
