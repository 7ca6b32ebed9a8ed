import type { EditUpdate } from '../editor.js';

/** How far one of the inputs is; the time is until all of them are done. */
export type Progress = Extract<EditUpdate, { type: 'progress' }>;

/** Tells the person at the terminal, or a log, what happens: all of it on standard error. */
export interface Reporter {
  /** Something comes before the first step. */
  preparing(what: string): void;
  progress(label: string, progress: Progress): void;
  /** Something that stays. */
  line(text: string): void;
  /** A line that also --quiet shows. */
  fault(text: string): void;
  /** Nothing comes any more. */
  end(): void;
}

const nothing = (): void => undefined;

/** Says nothing but faults. */
export const quietReporter: Reporter = {
  preparing: nothing,
  progress: nothing,
  line: nothing,
  fault: writeLine,
  end: nothing,
};

/** Writes to standard error. */
export function writeLine(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

/** Without what could steer a terminal, in a file's name or a server's answer; lines stay lines. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, '?');
}
