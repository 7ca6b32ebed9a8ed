import type { PictureFile } from '../../job-snapshot.js';
import { MessageReader } from '../../../redis/message-reader.js';

const MOST_TOKENS = 1e9;

/** What Redis holds of a finished picture beside its bytes. */
export function writeFileMeta({ width, height, seed, inputIndex, tokens, warnings }: PictureFile): string {
  return JSON.stringify({ width, height, seed, inputIndex, tokens, warnings });
}

/** @throws MessageError */
export function readFile(meta: string, bytes: Uint8Array): PictureFile {
  const message = MessageReader.of(meta, 'picture');
  const tokens = message.object('tokens');
  const count = (name: string): number => tokens.whole(name, 0, MOST_TOKENS);
  return {
    bytes,
    width: message.whole('width', 1, 1e6),
    height: message.whole('height', 1, 1e6),
    seed: message.whole('seed', 0, 2 ** 32 - 1),
    inputIndex: message.whole('inputIndex', 0, 1e6),
    tokens: { text: count('text'), references: count('references'), target: count('target') },
    warnings: message.texts('warnings'),
  };
}
