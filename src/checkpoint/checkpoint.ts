import type { PreprocessorConfig } from './preprocessor-config.js';
import type { SchedulerConfig } from './scheduler-config.js';
import type { ServiceSettings } from './service-settings.js';
import type { TensorIndex } from './tensor-index.js';
import type { TextEncoderConfig } from './text-encoder-config.js';
import type { TokenizerFiles } from './tokenizer-files.js';
import type { TransformerConfig } from './transformer-config.js';
import type { VaeConfig } from './vae-config.js';

/** A checkpoint folder, read and checked, but for the tensors' values. */
export interface Checkpoint {
  /** Absolute real path of a folder below which every weight file's real path lies. */
  readonly root: string;
  readonly pipelineClass: 'QwenImageEditPipeline';
  readonly modelId: string;
  readonly textEncoder: { readonly config: TextEncoderConfig; readonly tensors: TensorIndex };
  readonly transformer: { readonly config: TransformerConfig; readonly tensors: TensorIndex };
  readonly vae: { readonly config: VaeConfig; readonly tensors: TensorIndex };
  readonly scheduler: SchedulerConfig;
  readonly preprocessor: PreprocessorConfig;
  readonly tokenizer: TokenizerFiles;
  readonly service: ServiceSettings;
  /** What the operator should know, though the checkpoint can be served. */
  readonly warnings: readonly string[];
}
