import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CheckpointError } from './checkpoint-error.js';
import { describeValue } from './describe-value.js';
import { fileError, FolderFiles } from './folder-files.js';
import { classNames, PIPELINE_INDEX } from './pipeline-index.js';
import type { ServedClass } from './served-class.js';

/** Where a checkpoint lies and what it is called. */
export interface CheckpointLocation {
  /** The folder that holds model_index.json. */
  readonly files: FolderFiles;
  /** ORG/NAME in a hub cache, else the folder's name. */
  readonly name: string;
}

const HUB_PREFIX = 'models--';
const MAX_LISTED = 20;

/**
 * Finds the folder with model_index.json, starting from any of: that folder itself (plain or a snapshot of a hub
 * cache), a model's folder in a hub cache, and the root of a hub cache that holds exactly one edit model.
 * @param folder path as the operator gave it
 * @param served the pipeline classes that are looked for in a cache
 * @throws CheckpointError that says what was found instead
 */
export async function locateCheckpoint(folder: string, served: readonly ServedClass[]): Promise<CheckpointLocation> {
  const path = resolve(folder);
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    throw fileError(`the checkpoint folder ${describeValue(basename(path))}`, error);
  }

  const names = await listFolder(real, basename(path));
  if (names.includes(PIPELINE_INDEX)) {
    return { files: new FolderFiles(real), name: hubName(dirname(dirname(real))) ?? basename(path) };
  }
  const hub = hubName(real);
  if (hub !== undefined && names.includes('snapshots')) {
    return { files: await findSnapshot(real, hub), name: hub };
  }
  return searchCache(real, names, basename(path), served);
}

async function listFolder(path: string, name: string): Promise<string[]> {
  const names = await new FolderFiles(path).list('');
  if (names.length === 0) {
    throw new CheckpointError(`the checkpoint folder ${describeValue(name)} is empty or not a folder`);
  }
  return names;
}

/** models--ORG--NAME → ORG/NAME */
function hubName(path: string): string | undefined {
  const name = basename(path);
  return name.startsWith(HUB_PREFIX) ? name.slice(HUB_PREFIX.length).replaceAll('--', '/') : undefined;
}

/** The snapshot that the ref `main` names, else the only one. */
async function findSnapshot(modelFolder: string, name: string): Promise<FolderFiles> {
  const files = new FolderFiles(modelFolder);
  const snapshots = await files.list('snapshots');
  const main = (await files.has('refs/main')) ? (await files.text('refs/main')).trim() : undefined;
  const chosen = main !== undefined && snapshots.includes(main) ? main : snapshots[0];
  if (chosen === undefined) {
    throw new CheckpointError(`${name} has no snapshot in the hub cache (an incomplete download?)`);
  }
  if (chosen !== main && snapshots.length > 1) {
    throw new CheckpointError(
      `${name} has several snapshots and no ref main in the hub cache: ${listed(snapshots)}; name one of them`,
    );
  }
  return new FolderFiles(join(modelFolder, 'snapshots', chosen));
}

/** Goes through a hub cache, or the folder that holds one as `hub`. */
async function searchCache(
  path: string,
  names: readonly string[],
  given: string,
  served: readonly ServedClass[],
): Promise<CheckpointLocation> {
  const models = names.filter((name) => name.startsWith(HUB_PREFIX));
  if (models.length === 0 && names.includes('hub')) {
    const hub = join(path, 'hub');
    return searchCache(hub, await listFolder(hub, 'hub'), given, served);
  }
  if (models.length === 0) {
    throw new CheckpointError(`${PIPELINE_INDEX} is missing: ${describeValue(given)} is ${describeFolder(names)}`);
  }

  const found = await Promise.all(models.map((model) => inspectModel(join(path, model))));
  const supported = found.filter(({ pipeline }) => served.some(({ className }) => className === pipeline));
  const [only] = supported;
  if (only?.files === undefined || supported.length > 1) {
    const which = supported.length > 1 ? 'several edit models' : 'no edit model';
    const candidates = (supported.length > 1 ? supported : found).map(({ name, pipeline }) =>
      supported.length > 1 ? name : `${name} (${pipeline})`,
    );
    throw new CheckpointError(
      `the hub cache holds ${which} (${classNames(served)}): ${listed(candidates)}; name the folder of one of them`,
    );
  }
  return { files: only.files, name: only.name };
}

interface CachedModel {
  readonly name: string;
  /** The pipeline's class, or why there is none. */
  readonly pipeline: string;
  readonly files?: FolderFiles;
}

async function inspectModel(modelFolder: string): Promise<CachedModel> {
  const name = hubName(modelFolder) ?? '';
  try {
    const files = await findSnapshot(modelFolder, name);
    const pipeline = (await files.jsonObject(PIPELINE_INDEX))['_class_name'];
    return { name, pipeline: typeof pipeline === 'string' ? pipeline : 'no pipeline', files };
  } catch (error) {
    if (error instanceof CheckpointError) {
      return { name, pipeline: 'no pipeline' };
    }
    throw error;
  }
}

function listed(names: readonly string[]): string {
  const rest = names.length - MAX_LISTED;
  return names.slice(0, MAX_LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** What a folder without model_index.json looks like, so that the operator sees the slip. */
function describeFolder(names: readonly string[]): string {
  if (names.includes('config.json') || names.includes('scheduler_config.json')) {
    return 'one component of a checkpoint; name the folder above it';
  }
  if (names.some((name) => name.endsWith('.safetensors') || name.endsWith('.gguf'))) {
    return 'a folder of weight files and not a checkpoint in the diffusers layout';
  }
  return 'not a checkpoint in the diffusers layout and not a hub cache';
}
