/** What all keys of the service begin with, so that it can share a Redis. */
export const KEY_PREFIX = 'qwen-edit:';

/**
 * The version of records and messages. A field more doesn't change it: who doesn't know the field leaves it alone. What an older
 * version of the service would misunderstand does: it then leaves such jobs to others.
 */
export const MESSAGE_VERSION = 1;

/** A model's name as a part of keys: neither colons nor anything else that keys or BullMQ give a meaning to. */
export function modelPart(model: string): string {
  return encodeURIComponent(model);
}

/** The model whose name as a part of keys this is. */
export function modelOfPart(part: string): string {
  return decodeURIComponent(part);
}
