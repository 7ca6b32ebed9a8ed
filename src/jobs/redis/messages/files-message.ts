import type { OutputSize } from '../../../protocol/edit-settings.js';
import { MessageReader } from '../../../redis/message-reader.js';
import type { JobFiles } from '../../job-files.js';

const MOST_PICTURES = 10_000;

/** What a job's record tells of its files, which lie beside it. */
export interface FilesMessage {
  readonly kind: JobFiles['kind'];
  readonly asked: OutputSize;
  readonly pictures: number;
  /** Pixels over which a mask fades in; null: there is no mask. */
  readonly feather: number | null;
}

export function writeFiles({ kind, asked, pictures, mask }: JobFiles): string {
  const message: FilesMessage = { kind, asked, pictures: pictures.length, feather: mask?.feather ?? null };
  return JSON.stringify(message);
}

/** @throws MessageError */
export function readFiles(json: string): FilesMessage {
  const message = MessageReader.of(json, 'files');
  return {
    kind: message.oneOf('kind', ['separate', 'together']),
    asked: message.has('asked', 'auto') ? 'auto' : readSize(message.object('asked')),
    pictures: message.whole('pictures', 1, MOST_PICTURES),
    feather: message.orNull('feather', (name) => message.number(name, 0, 10_000)),
  };
}

function readSize(size: MessageReader): OutputSize {
  return { width: size.whole('width', 1, 100_000), height: size.whole('height', 1, 100_000) };
}
