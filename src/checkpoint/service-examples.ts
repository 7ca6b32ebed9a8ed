import { allInOrder } from './all-in-order.js';
import type { ExamplePicture, ModelExample } from '../protocol/model-info.js';
import { CheckpointError } from './checkpoint-error.js';
import { type ConfigReader, isJsonObject } from './config-reader.js';
import type { FolderFiles } from './folder-files.js';
import { parseLocalText } from './local-text.js';

const KEY = 'examples';
const MOST_EXAMPLES = 6;
/** They are looked at small, and travel with what the service knows of the model. */
const MOST_BYTES = 256 * 1024;
/** By their files' first bytes. */
const MEDIA_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^\x89PNG\r\n/, 'image/png'],
  [/^RIFF[^]{4}WEBP/, 'image/webp'],
];

/**
 * Edits that show what the model does: an instruction, a picture, and what became of it, as service.json names them.
 * @throws CheckpointError that names the key or the file
 */
export async function readExamples(files: FolderFiles, config: ConfigReader): Promise<readonly ModelExample[]> {
  const items = config.raw(KEY) ?? [];
  if (!Array.isArray(items) || items.length > MOST_EXAMPLES || !items.every(isJsonObject)) {
    config.refuse(KEY, `a list of at most ${MOST_EXAMPLES} {"prompt": {"en": "…"}, "before": "FILE", "after": "FILE"}`);
  }
  return Promise.all(items.map((item) => readExample(files, config.nested(KEY, item))));
}

async function readExample(files: FolderFiles, example: ConfigReader): Promise<ModelExample> {
  for (const key of example.keys()) {
    if (!['prompt', 'before', 'after'].includes(key)) {
      throw example.error(key, 'is not known; known are prompt, before, after');
    }
  }
  const prompt = parseLocalText(example, 'prompt', 200);
  const [before, after] = await allInOrder([
    readPicture(files, example, 'before'),
    readPicture(files, example, 'after'),
  ]);
  return { prompt, before, after };
}

async function readPicture(files: FolderFiles, example: ConfigReader, key: string): Promise<ExamplePicture> {
  const label = example.raw(key);
  // A file of the folder: a checkpoint may come from anywhere.
  if (typeof label !== 'string' || !/^[\w-][\w. -]*(\/[\w-][\w. -]*)*$/.test(label)) {
    example.refuse(key, 'the path of a picture in the checkpoint’s folder');
  }
  const size = await files.requireFile(label);
  if (size > MOST_BYTES) throw new CheckpointError(`${label} has ${size} bytes; an example has ${MOST_BYTES} at most`);
  const bytes = await files.bytes(label);
  const start = bytes.toString('latin1', 0, 12);
  const mediaType = MEDIA_TYPES.find(([pattern]) => pattern.test(start))?.[1];
  if (mediaType === undefined) throw new CheckpointError(`${label} is not a PNG, JPEG or WebP picture`);
  return { name: label.slice(label.lastIndexOf('/') + 1), mediaType, base64: bytes.toString('base64') };
}
