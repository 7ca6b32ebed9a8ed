import type { ModelExample } from '../protocol/model-info.js';
import { OWN_TRANSFORMER, type TransformerSource } from '../protocol/transformer-source.js';
import { allInOrder } from './all-in-order.js';
import { checkConsistency, checkSizeRange, type ComponentConfigs } from './check-consistency.js';
import { CheckpointError } from './checkpoint-error.js';
import type { Checkpoint } from './checkpoint.js';
import { commonFolder, relativePosix } from './common-folder.js';
import { indexTensors, readComponentShards } from './component-tensors.js';
import { ConfigReader } from './config-reader.js';
import type { FolderFiles } from './folder-files.js';
import { locateCheckpoint } from './locate-checkpoint.js';
import { PIPELINE_INDEX, pipelineClass } from './pipeline-index.js';
import { parsePreprocessorConfig } from './preprocessor-config.js';
import { parseSchedulerConfig, type SchedulerConfig } from './scheduler-config.js';
import type { ServedClass } from './served-class.js';
import { readExamples } from './service-examples.js';
import { parseModelId, parseServiceSettings, SERVICE_FILE, type ServiceSettings } from './service-settings.js';
import type { TensorIndex } from './tensor-index.js';
import { parseTextEncoderConfig } from './text-encoder-config.js';
import { readTokenizerFiles } from './tokenizer-files.js';
import { parseTransformerConfig, type TransformerConfig } from './transformer-config.js';
import { deriveTransformerConfig } from './transformer-weights/derived-config.js';
import { readTransformer, type TransformerShards } from './transformer-weights/read-transformer.js';
import { zeroCondT } from './transformer-weights/zero-cond-t.js';
import { parseVaeConfig } from './vae-config.js';

/**
 * Opens a checkpoint: reads its configs and the headers of its safetensors files, and checks all of them. The tensors'
 * values stay where they are.
 * @param folder a folder in the published layout, a snapshot or a model's folder of a hub cache, or a cache's root
 * @param served the pipeline classes that the checkpoint may be of
 * @param source the transformer's weights, where they are not the folder's own
 * @throws CheckpointError
 */
export async function openCheckpoint<C extends ServedClass>(
  folder: string,
  served: readonly C[],
  source: TransformerSource = OWN_TRANSFORMER,
): Promise<Checkpoint<C>> {
  const { files, name } = await locateCheckpoint(folder, served);
  const pipeline = pipelineClass(await files.config(PIPELINE_INDEX), served);

  const transformerShards = readTransformer(files, source);
  const [configs, { service, modelId, examples }, tokenizer, ...shards] = await allInOrder([
    readConfigs(files, pipeline, source, transformerShards),
    readService(files, pipeline),
    readTokenizerFiles(files),
    readComponentShards(files, 'text_encoder'),
    transformerShards,
    readComponentShards(files, 'vae'),
  ]);
  checkSizeRange(service.sizeRange, configs.vae);
  const root = commonFolder(shards.flatMap((component) => component.shards.map(({ realPath }) => realPath)));
  const [textEncoder, transformer, vae] = shards.map((component) =>
    indexTensors(component, (realPath) => relativePosix(root, realPath)),
  ) as [TensorIndex, TensorIndex, TensorIndex];
  return {
    folder: files.path,
    root,
    pipeline,
    modelId: modelId ?? name,
    textEncoder: { config: configs.textEncoder, tensors: textEncoder },
    transformer: { config: configs.transformer, tensors: transformer },
    vae: { config: configs.vae, tensors: vae },
    scheduler: configs.scheduler,
    preprocessor: configs.preprocessor,
    tokenizer,
    service,
    examples,
    warnings: shards.flatMap(({ warning }) => (warning === null ? [] : [warning])),
  };
}

async function readService(
  files: FolderFiles,
  served: ServedClass,
): Promise<{ service: ServiceSettings; modelId: string | undefined; examples: readonly ModelExample[] }> {
  const reader = (await files.has(SERVICE_FILE))
    ? await files.config(SERVICE_FILE)
    : new ConfigReader(SERVICE_FILE, {});
  const service = parseServiceSettings(reader, served);
  return { service, modelId: parseModelId(reader), examples: await readExamples(files, reader) };
}

interface Configs extends ComponentConfigs {
  readonly scheduler: SchedulerConfig;
}

async function readConfigs(
  files: FolderFiles,
  served: ServedClass,
  source: TransformerSource,
  shards: Promise<TransformerShards>,
): Promise<Configs> {
  const [textEncoder, transformer, vae, scheduler, preprocessor] = await allInOrder([
    parsed(files.config('text_encoder/config.json'), parseTextEncoderConfig),
    readTransformerConfig(files, served, source, shards),
    parsed(files.config('vae/config.json'), parseVaeConfig),
    parsed(files.config('scheduler/scheduler_config.json'), parseSchedulerConfig),
    parsed(readPreprocessor(files), parsePreprocessorConfig),
  ]);
  const configs = {
    textEncoder: textEncoder.config,
    transformer: transformer.config,
    vae: vae.config,
    scheduler: scheduler.config,
    preprocessor: preprocessor.config,
    labels: {
      textEncoder: textEncoder.label,
      transformer: transformer.label,
      vae: vae.label,
      preprocessor: preprocessor.label,
    },
  };
  checkConsistency(configs);
  return configs;
}

const TRANSFORMER_CONFIG = 'transformer/config.json';

/** What the folder says of its transformer, or where it says nothing, what the weights tell. */
async function readTransformerConfig(
  files: FolderFiles,
  { mayHaveZeroCondT: isPossible }: ServedClass,
  source: TransformerSource,
  shards: Promise<TransformerShards>,
): Promise<Parsed<TransformerConfig>> {
  const complete = (
    found: Parsed<TransformerConfig>,
    config: boolean | undefined,
    weights: TransformerShards,
  ): Parsed<TransformerConfig> => {
    const facts = { setting: source.zeroCondT, isMarked: weights.isMarkedZeroCondT, config, isPossible };
    return { ...found, config: { ...found.config, zeroCondT: zeroCondT(facts, weights.label) } };
  };
  if (await files.has(TRANSFORMER_CONFIG)) {
    const own = await parsed(files.config(TRANSFORMER_CONFIG), parseTransformerConfig);
    // What is wrong with the weights is told in their place.
    const weights = await shards.catch(() => null);
    return weights === null ? own : complete(own, own.config.zeroCondT, weights);
  }
  const weights = await shards;
  const config = parseTransformerConfig(deriveTransformerConfig(weights.shapes, weights.label));
  return complete({ config, label: weights.label }, undefined, weights);
}

/** A config and the file that it was read from. */
interface Parsed<T> {
  readonly config: T;
  readonly label: string;
}

async function parsed<T>(reading: Promise<ConfigReader>, parse: (reader: ConfigReader) => T): Promise<Parsed<T>> {
  const reader = await reading;
  return { config: parse(reader), label: reader.label };
}

/** transformers 5 writes the image processor into processor_config.json, which wins where it does. */
async function readPreprocessor(files: FolderFiles): Promise<ConfigReader> {
  const [nested, own] = ['processor/processor_config.json', 'processor/preprocessor_config.json'] as const;
  const processor = (await files.has(nested)) ? (await files.config(nested)).section('image_processor') : undefined;
  if (processor !== undefined) {
    return processor;
  }
  if (!(await files.has(own))) {
    throw new CheckpointError(`${own} is missing, and ${nested} with image_processor too`);
  }
  return files.config(own);
}
