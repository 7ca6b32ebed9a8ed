import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { TransformerSource } from '../../protocol/transformer-source.js';
import { CheckpointError } from '../checkpoint-error.js';
import { readComponentShards, readShards, type ComponentShards, type Shard } from '../component-tensors.js';
import { fileError, FolderFiles } from '../folder-files.js';
import { readExactly } from '../read-exactly.js';
import type { HeaderEntry } from '../safetensors-header.js';
import { readFloat8Notes } from './float8-notes.js';
import { refuseForeignQuantization } from './foreign-quantization.js';
import { transformerEntries, withoutPrefix } from './inner-model.js';
import type { Shapes } from './derived-config.js';
import { ZERO_COND_T_MARK } from './zero-cond-t.js';

/** A transformer's weights, and what its files say beside them. */
export interface TransformerShards extends ComponentShards {
  readonly isMarkedZeroCondT: boolean;
  readonly shapes: Shapes;
}

/** Marks of other tools: no weights. */
const MARKS = [ZERO_COND_T_MARK, '__x0__', '__32x32__'];
/** The files that are taken for weights by mistake, by their first bytes. */
const ZIP = 'PK';

/**
 * Reads the headers of a transformer's files: the one that the settings name, or what the checkpoint's folder holds.
 * @throws CheckpointError that names the file and the tensor
 */
export async function readTransformer(files: FolderFiles, source: TransformerSource): Promise<TransformerShards> {
  const read = source.file === null ? await readComponentShards(files, 'transformer') : await readGiven(source.file);
  const parts = await Promise.all(read.shards.map(transformerShard));
  const marked = parts.some(({ marks }) => marks.includes(ZERO_COND_T_MARK));
  const warnings = [read.warning, ...parts.map(({ warning }) => warning)].filter((warning) => warning !== null);
  const shards = parts.map(({ shard }) => shard);
  return {
    ...read,
    shards,
    warning: warnings.length === 0 ? null : warnings.join(' | '),
    isMarkedZeroCondT: marked,
    shapes: new Map(shards.flatMap(({ entries }) => entries.map(({ name, shape }) => [withoutPrefix(name), shape]))),
  };
}

async function readGiven(path: string): Promise<ComponentShards> {
  const files = new FolderFiles(dirname(path));
  const label = basename(path);
  if (!(await files.has(label))) throw new CheckpointError(`${label} is missing: QWEN_TRANSFORMER_FILE names no file`);
  if (/\.index\.json$|-\d+-of-\d+\.safetensors$/.test(label)) {
    throw new CheckpointError(
      `${label} is one of several files: QWEN_TRANSFORMER_FILE takes a single one; shards belong into QWEN_MODEL_DIR's transformer/`,
    );
  }
  await refusePickle(files, label);
  return readShards(files, 'transformer', { files: [label], index: null, warning: null });
}

async function refusePickle(files: FolderFiles, label: string): Promise<void> {
  await files.requireFile(label);
  const file = await open(files.absolute(label), 'r').catch((error: unknown) => {
    throw fileError(label, error);
  });
  const start = await readExactly(file, 0, ZIP.length).finally(() => file.close());
  if (start.toString('latin1') === ZIP) {
    throw new CheckpointError(`${label} is a PyTorch file: QWEN_TRANSFORMER_FILE takes GGUF and safetensors files`);
  }
}

/** The transformer's own tensors of a file, with what the file notes of them. */
async function transformerShard(shard: Shard): Promise<{ shard: Shard; marks: string[]; warning: string | null }> {
  const isMark = ({ name }: HeaderEntry): boolean => MARKS.includes(withoutPrefix(name));
  const { own: weights, others } = transformerEntries(shard.entries.filter((entry) => !isMark(entry)));
  refuseForeignQuantization(shard.label, weights);
  const entries = await readFloat8Notes({ ...shard, entries: weights });
  return {
    shard: { ...shard, entries },
    marks: shard.entries.filter(isMark).map(({ name }) => withoutPrefix(name)),
    warning:
      others === 0
        ? null
        : `${shard.label} holds ${others} tensors beside the transformer's: those are not used, QWEN_MODEL_DIR's are`,
  };
}
