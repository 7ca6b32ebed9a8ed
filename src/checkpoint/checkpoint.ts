import type { ModelExample } from '../protocol/model-info.js';
import type { PreprocessorConfig } from './preprocessor-config.js';
import type { SchedulerConfig } from './scheduler-config.js';
import type { ServedClass } from './served-class.js';
import type { ServiceSettings } from './service-settings.js';
import type { TensorIndex } from './tensor-index.js';
import type { TextEncoderConfig } from './text-encoder-config.js';
import type { TokenizerFiles } from './tokenizer-files.js';
import type { TransformerConfig } from './transformer-config.js';
import type { VaeConfig } from './vae-config.js';

/**
 * A checkpoint folder, read and checked, but for the tensors' values.
 * @typeParam C what the program knows of the pipeline classes that it serves
 */
export interface Checkpoint<C extends ServedClass = ServedClass> {
  /** Absolute path of the folder that holds model_index.json. */
  readonly folder: string;
  /** Absolute real path of a folder below which every weight file's real path lies. */
  readonly root: string;
  readonly pipeline: C;
  readonly modelId: string;
  readonly textEncoder: { readonly config: TextEncoderConfig; readonly tensors: TensorIndex };
  readonly transformer: { readonly config: TransformerConfig; readonly tensors: TensorIndex };
  readonly vae: { readonly config: VaeConfig; readonly tensors: TensorIndex };
  readonly scheduler: SchedulerConfig;
  readonly preprocessor: PreprocessorConfig;
  readonly tokenizer: TokenizerFiles;
  readonly service: ServiceSettings;
  /** Edits that show what the model does. */
  readonly examples: readonly ModelExample[];
  /** What the operator should know, though the checkpoint can be served. */
  readonly warnings: readonly string[];
}
