import { progressText } from './line-reporter.js';
import { printable, type Progress, type Reporter, writeLine } from './reporter.js';

const BAR_CELLS = 24;
/** A terminal that does not know its width says 0. */
const FALLBACK_COLUMNS = 80;
/** To the line's start, and what stands there is gone. */
const CLEAR_LINE = '\r\u001b[K';

/** What is needed of a terminal. */
export interface Terminal {
  readonly columns: number;
  write(text: string): unknown;
}

/** A bar that moves, on a terminal. */
export class BarReporter implements Reporter {
  private isOpen = false;

  constructor(private readonly terminal: Terminal) {}

  preparing(what: string): void {
    this.draw(`${what} …`);
  }

  progress(label: string, progress: Progress): void {
    const { step, steps, image, images } = progress;
    const share = Math.min(1, (image - 1 + step / Math.max(1, steps)) / Math.max(1, images));
    const filled = Math.round(share * BAR_CELLS);
    this.draw(`[${'#'.repeat(filled)}${'.'.repeat(BAR_CELLS - filled)}] ${progressText(progress)}  ${label}`);
  }

  line(text: string): void {
    this.end();
    writeLine(text);
  }

  fault(text: string): void {
    this.line(text);
  }

  end(): void {
    if (this.isOpen) this.terminal.write(CLEAR_LINE);
    this.isOpen = false;
  }

  /** A line that wraps could not be taken back. */
  private draw(text: string): void {
    this.terminal.write(`${CLEAR_LINE}${printable(text).slice(0, (this.terminal.columns || FALLBACK_COLUMNS) - 1)}`);
    this.isOpen = true;
  }
}
