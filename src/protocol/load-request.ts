import type { DeviceMap, PrecisionSetting } from './device-settings.js';
import type { EngineCount, EngineShare } from './engine-share.js';
import type { TransformerSource } from './transformer-source.js';

/** Where weights that were quantized are kept for the next start. */
export interface QuantizedCacheSettings {
  /** QUANTIZED_CACHE_DIR: absolute; made when it is needed. */
  readonly folder: string;
  /** QUANTIZED_CACHE_MAX_GB, in bytes: past it what was not used for longest is removed. */
  readonly maxBytes: number;
}

/** Which checkpoint an engine is to load, and how. */
export interface LoadRequest {
  /** Absolute path, as QWEN_MODEL_DIR takes it. */
  readonly modelDir: string;
  readonly transformer: TransformerSource;
  /** LORA_DIR: absolute path of the folder of LoRAs; null: there is none. */
  readonly loraDir: string | null;
  /** Its weights are to be told from others' that come under the same name (ModelInfo.contentKey). */
  readonly isShared: boolean;
  readonly deviceMap: DeviceMap;
  readonly precision: PrecisionSetting;
  /** Pixels of the largest result that will be asked for. */
  readonly outputPixels: number;
  /** The most references of one edit, where the checkpoint's class takes several. */
  readonly maxReferences: number;
  readonly quantizedCache: QuantizedCacheSettings;
  /** ENGINES */
  readonly engines: EngineCount;
  /** What this engine has of the machine; null: it is the first, which deals the machine out before it loads. */
  readonly share: EngineShare | null;
}
