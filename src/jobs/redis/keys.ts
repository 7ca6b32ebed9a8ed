import { MESSAGE_VERSION, modelPart } from '../../redis/key-prefix.js';

/** The prefix of BullMQ's keys, and the name of a model's queue. */
export function bullPrefix(prefix: string): string {
  return `${prefix}queue`;
}
export function queueName(model: string): string {
  return `v${MESSAGE_VERSION}-${modelPart(model)}`;
}
export function queueKey(prefix: string, model: string): string {
  return `${bullPrefix(prefix)}:${queueName(model)}`;
}

/** The name of a picture as BullMQ has it. */
export function pictureId(jobId: string, index: number): string {
  return `${jobId}-${index}`;
}

/** Which picture of which job such a name stands for; null: it is none. */
export function parsePictureId(text: string): { readonly jobId: string; readonly index: number } | null {
  const [, jobId, index] = /^([0-9a-f-]{36})-(\d{1,6})$/.exec(text) ?? [];
  return jobId === undefined ? null : { jobId, index: Number(index) };
}

type KeyOf<Name extends unknown[]> = (prefix: string, ...name: Name) => string;

/** The keys that aren't made by scripts alone. */
export const jobKey: KeyOf<[id: string]> = (prefix, id) => `${prefix}job:${id}`;
export const eventsKey: KeyOf<[id: string]> = (prefix, id) => `${jobKey(prefix, id)}:events`;
export const previewKey: KeyOf<[id: string, index: number]> = (prefix, id, index) =>
  `${jobKey(prefix, id)}:preview:${index}`;
export const inputKey: KeyOf<[id: string, index: number]> = (prefix, id, index) =>
  `${jobKey(prefix, id)}:input:${index}`;
export const resultKey: KeyOf<[id: string, index: number]> = (prefix, id, index) =>
  `${jobKey(prefix, id)}:result:${index}`;
/** The channel on which a process is told of ends of jobs. */
export const processKey: KeyOf<[processId: string]> = (prefix, processId) => `${prefix}process:${processId}`;
export const nameKey: KeyOf<[name: string]> = (prefix, name) => `${prefix}name:${name}`;
export const lineKey: KeyOf<[model: string]> = (prefix, model) => `${prefix}line:${modelPart(model)}`;
export const waitingKey: KeyOf<[model: string]> = (prefix, model) => `${prefix}model:${modelPart(model)}:waiting`;
export const runningKey: KeyOf<[model: string]> = (prefix, model) => `${prefix}model:${modelPart(model)}:running`;
