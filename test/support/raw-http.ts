import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** A connection on which a test decides itself what is sent, and when. */
export class RawConnection {
  private received = '';
  private hasEnded = false;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => void (this.received += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => void (this.hasEnded = true));
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  get isClosed(): boolean {
    return this.hasEnded;
  }

  /** Resolves when the bytes are on their way, or the connection is closed. */
  async send(data: string | Buffer): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write(data, () => resolve()));
  }

  /** All that was received and not yet taken as an answer. */
  get text(): string {
    return this.received;
  }

  /** Waits until what was received matches. */
  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.received)) {
      if (this.hasEnded) throw new Error(`The connection ended after ${JSON.stringify(this.received)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** From now on nothing is read. */
  pause(): void {
    this.socket.pause();
  }

  close(): void {
    this.socket.destroy();
  }

  /** Waits for a whole answer by its Content-Length, or for the connection's end. */
  async answer(): Promise<RawAnswer> {
    for (;;) {
      const end = this.received.indexOf('\r\n\r\n');
      const headers = end < 0 ? '' : this.received.slice(0, end);
      const length = Number(/^content-length: (\d+)/im.exec(headers)?.[1] ?? NaN);
      const body = this.received.slice(end + 4);
      const isInterim = headers.startsWith('HTTP/1.1 100');
      if (isInterim) this.received = body;
      else if (end >= 0 && (body.length >= length || this.hasEnded)) {
        return { status: Number(headers.slice(9, 12)), headers, body };
      } else if (this.hasEnded) throw new Error(`The connection ended after ${JSON.stringify(this.received)}`);
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
