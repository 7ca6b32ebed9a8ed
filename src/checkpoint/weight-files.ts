import { CheckpointError } from './checkpoint-error.js';
import { describeValue } from './describe-value.js';
import type { FolderFiles } from './folder-files.js';
import type { TensorComponent } from './tensor-index.js';

/** The safetensors files of one component, by labels relative to the checkpoint's folder. */
export interface WeightFiles {
  readonly files: readonly string[];
  /** The index that named the files: tensor → label. */
  readonly index: { readonly label: string; readonly weightMap: ReadonlyMap<string, string> } | null;
  /** What the operator should know about the choice. */
  readonly warning: string | null;
}

interface Choice {
  readonly file: string;
  readonly isIndex: boolean;
}

/** diffusers and transformers name their weights differently. */
function weightStem(component: TensorComponent): string {
  return component === 'text_encoder' ? 'model' : 'diffusion_pytorch_model';
}

/**
 * Finds a component's weights as the reference does: transformers takes a single file before an index, diffusers an
 * index before a single file. A variant (`….fp16.safetensors`) is taken when there is nothing else. A transformer may also be
 * one file of another name, as people have it for ComfyUI: GGUF or safetensors.
 * @throws CheckpointError when there are none, or shards without their index
 */
export async function findWeightFiles(files: FolderFiles, component: TensorComponent): Promise<WeightFiles> {
  const names = await files.list(component);
  if (names.length === 0) {
    throw new CheckpointError(`${component} is missing or empty: the checkpoint has no such folder with files`);
  }
  const stem = weightStem(component);
  const plain = choose(names, component, `${stem}.safetensors`, `${stem}.safetensors.index.json`);
  if (plain !== undefined) {
    return expand(files, component, plain, null);
  }

  const variants = listVariants(names, stem);
  const [variant] = variants;
  if (variant === undefined) {
    const single = component === 'transformer' ? singleFile(names) : undefined;
    if (single !== undefined) return expand(files, component, { file: single, isIndex: false }, null);
    throw new CheckpointError(describeMissing(names, component, stem));
  }
  if (variants.length > 1) {
    throw new CheckpointError(
      `${component} holds only variants (${variants.join(', ')}); expected ${stem}.safetensors or its index`,
    );
  }
  const choice = choose(
    names,
    component,
    `${stem}.${variant}.safetensors`,
    `${stem}.safetensors.index.${variant}.json`,
  );
  if (choice === undefined) {
    throw new CheckpointError(describeMissing(names, component, stem));
  }
  return expand(files, component, choice, `${component}: only the variant ${variant} is there; it is used`);
}

function choose(names: readonly string[], component: string, single: string, index: string): Choice | undefined {
  const choices: Choice[] = [
    { file: single, isIndex: false },
    { file: index, isIndex: true },
  ];
  if (component !== 'text_encoder') {
    choices.reverse();
  }
  return choices.find(({ file }) => names.includes(file));
}

/**
 * The one file of weights in a folder, whatever it is called; undefined when there is none.
 * @throws CheckpointError when there are several
 */
function singleFile(names: readonly string[]): string | undefined {
  const isShard = (name: string): boolean => /-\d+-of-\d+\.safetensors$/.test(name);
  const [single, ...others] = names.filter((name) => /\.(gguf|safetensors)$/.test(name) && !isShard(name));
  if (others.length === 0) return single;
  throw new CheckpointError(
    `transformer holds several files of weights (${[single, ...others].join(', ')}): name one with QWEN_TRANSFORMER_FILE`,
  );
}

function listVariants(names: readonly string[], stem: string): string[] {
  const prefix = `${stem}.`;
  const found = names.flatMap((name) => {
    if (!name.startsWith(prefix)) {
      return [];
    }
    const match =
      /^([A-Za-z0-9_]+)\.safetensors$/.exec(name.slice(prefix.length)) ??
      /^safetensors\.index\.([A-Za-z0-9_]+)\.json$/.exec(name.slice(prefix.length));
    return match?.[1] === undefined ? [] : [match[1]];
  });
  return [...new Set(found)];
}

function describeMissing(names: readonly string[], component: string, stem: string): string {
  const expected = `${component}/${stem}.safetensors`;
  if (names.some((name) => /-\d+-of-\d+\.safetensors$/.test(name))) {
    return `${expected}.index.json is missing, though there are shards`;
  }
  const gguf = names.find((name) => name.endsWith('.gguf'));
  if (gguf !== undefined) {
    return `${expected} is missing: ${component}/${gguf} is GGUF, which is read for the transformer only; safetensors files are needed`;
  }
  if (names.some((name) => /\.(bin|pt|pth|ckpt|msgpack|h5)$/.test(name))) {
    return `${expected} is missing: the folder holds weights in another format only; safetensors files are needed`;
  }
  return `${expected} is missing, and so is its index`;
}

async function expand(
  files: FolderFiles,
  component: TensorComponent,
  choice: Choice,
  warning: string | null,
): Promise<WeightFiles> {
  const label = `${component}/${choice.file}`;
  if (!choice.isIndex) {
    return { files: [label], index: null, warning };
  }
  const weightMap = await readWeightMap(files, component, label);
  return { files: [...new Set(weightMap.values())].sort(), index: { label, weightMap }, warning };
}

async function readWeightMap(files: FolderFiles, component: string, label: string): Promise<Map<string, string>> {
  const section = (await files.config(label)).section('weight_map');
  if (section === undefined) {
    throw new CheckpointError(`${label}: weight_map is missing`);
  }
  const weightMap = new Map<string, string>();
  for (const tensor of section.keys()) {
    const file = section.raw(tensor);
    // A path separator or a parent reference could lead out of the checkpoint.
    if (typeof file !== 'string' || !/^[^/\\]+\.safetensors$/.test(file)) {
      throw new CheckpointError(
        `${label}: weight_map gives tensor ${describeValue(tensor)} the file ${describeValue(file)}, expected the plain name of a safetensors file`,
      );
    }
    weightMap.set(tensor, `${component}/${file}`);
  }
  if (weightMap.size === 0) {
    throw new CheckpointError(`${label}: weight_map is empty`);
  }
  return weightMap;
}
