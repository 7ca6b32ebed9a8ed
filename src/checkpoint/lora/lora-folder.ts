import { readdir, realpath } from 'node:fs/promises';
import type { LoraInfo } from '../../protocol/lora.js';
import { errorCode } from '../../program/error-code.js';
import type { Checkpoint } from '../checkpoint.js';
import { CheckpointError } from '../checkpoint-error.js';
import { ConfigReader } from '../config-reader.js';
import { describeValue } from '../describe-value.js';
import { FolderFiles } from '../folder-files.js';
import type { SchedulerConfig } from '../scheduler-config.js';
import { lightningSettings } from './lightning.js';
import { readLoraFile, type LoraPairs } from './lora-file.js';
import { parseLoraSettings, type LoraSettings } from './lora-settings.js';
import { loraTargets, type LinearSize } from './lora-targets.js';

/** A LoRA that can be used. */
export interface Lora {
  readonly name: string;
  /** Name of its file in LORA_DIR, for messages. */
  readonly label: string;
  /** Absolute real path of its file. */
  readonly path: string;
  readonly pairs: LoraPairs;
  readonly settings: LoraSettings;
}

/** What LORA_DIR holds. */
export interface LoraFolder {
  /** Those that can be used, sorted by name. */
  readonly loras: readonly Lora[];
  /** All, sorted by name. */
  readonly infos: readonly LoraInfo[];
  /** What the operator should know, a line each. */
  readonly warnings: readonly string[];
}

/** Without a LORA_DIR. */
export const NO_LORAS: LoraFolder = { loras: [], infos: [], warnings: [] };

/** LoRAs that can be used at a time: the graphs grow with each. */
export const MAX_LORAS = 64;

const WEIGHTS = '.safetensors';
const SETTINGS = '.json';
const OTHER_WEIGHTS = /\.(?:pt|pth|ckpt|bin|gguf)$/i;
const UNKNOWN_SETTINGS: LoraSettings = { description: null, defaultScale: 1, defaults: {}, scheduler: null };

/**
 * Reads the LoRAs of a folder: the headers of its safetensors files, with what stands beside them. Whatever is wrong with a
 * file makes that LoRA refused, and nothing else.
 * @param folder absolute; null: there is none
 */
export async function readLoraFolder(folder: string | null, checkpoint: Checkpoint): Promise<LoraFolder> {
  if (folder === null) return NO_LORAS;
  const files = new FolderFiles(folder);
  let names: string[];
  try {
    names = (await readdir(folder)).sort();
  } catch (error) {
    return { ...NO_LORAS, warnings: [`LORA_DIR can't be read as a folder (${errorCode(error)}): no LoRA is served`] };
  }
  const loras: Lora[] = [];
  const infos: LoraInfo[] = [];
  const warnings: string[] = [];
  const targets = loraTargets(checkpoint.transformer.config);
  const found = names.flatMap((name) => (name.endsWith(WEIGHTS) ? [name.slice(0, -WEIGHTS.length)] : []));
  let left = 0;
  for (const name of found.sort()) {
    const { info, refused, lora } = await readLora(files, name, checkpoint.scheduler, targets);
    const isLeft = lora !== null && loras.length >= MAX_LORAS;
    infos.push({ ...info, refused: isLeft ? tooMany(name) : refused });
    if (isLeft) left += 1;
    else if (lora !== null) loras.push(lora);
    else if (refused !== null) warnings.push(refusalWarning(name, refused));
  }
  if (left > 0)
    warnings.push(`${left} LoRAs are not served: ${MAX_LORAS} are at a time, the first by name in LORA_DIR`);
  return { loras, infos, warnings: [...warnings, ...strangers(names)] };
}

/** What the log says of a LoRA that isn't served. */
export const refusalWarning = (name: string, refused: string): string =>
  `The LoRA ${describeValue(name)} is not served: ${refused}`;

type LoraDescription = Omit<LoraInfo, 'refused'>;

/** What came of a file: a LoRA, or why it is none. */
interface ReadLora {
  readonly info: LoraDescription;
  readonly refused: string | null;
  readonly lora: Lora | null;
}

async function readLora(
  files: FolderFiles,
  name: string,
  scheduler: SchedulerConfig,
  targets: ReadonlyMap<string, LinearSize>,
): Promise<ReadLora> {
  const label = `${name}${WEIGHTS}`;
  let settings = UNKNOWN_SETTINGS;
  const info = (): LoraDescription => {
    const { description, defaultScale, defaults } = settings;
    return { name, description, defaultScale, defaults };
  };
  try {
    checkName(label, name);
    settings = await readSettings(files, name, scheduler);
    const pairs = await readLoraFile(files, label, targets);
    const path = await realpath(files.absolute(label));
    return { info: info(), refused: null, lora: { name, label, path, pairs, settings } };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return { info: info(), refused: error.message, lora: null };
  }
}

/** What lies in the folder and serves for nothing there. */
function strangers(names: readonly string[]): string[] {
  const other = names.filter((name) => OTHER_WEIGHTS.test(name));
  const lonely = names.filter(
    (name) => name.endsWith(SETTINGS) && !names.includes(`${name.slice(0, -SETTINGS.length)}${WEIGHTS}`),
  );
  return [
    ...other.map((name) => `LORA_DIR: ${describeValue(name)} is left out, a LoRA is a safetensors file`),
    ...lonely.map((name) => `LORA_DIR: ${describeValue(name)} has no safetensors file beside it`),
  ];
}

async function readSettings(files: FolderFiles, name: string, scheduler: SchedulerConfig): Promise<LoraSettings> {
  const known = lightningSettings(name);
  const label = `${name}${SETTINGS}`;
  const own = (await files.has(label)) ? await files.jsonObject(label) : {};
  return parseLoraSettings(new ConfigReader(label, { ...known, ...own }), scheduler);
}

/** What a request can write as `name:scale`, and a log in one line. */
function checkName(label: string, name: string): void {
  if (name === '' || name !== name.trim() || /[\p{Cc}:/\\]/u.test(name)) {
    throw new CheckpointError(
      `${describeValue(label)} has a name that requests can't write: no colon, backslash, control character or space at an end`,
    );
  }
}

const tooMany = (name: string): string =>
  `${name}${WEIGHTS} comes after the first ${MAX_LORAS} by name that can be used: move away from LORA_DIR what you don't need`;
