import { CheckpointError } from '../checkpoint-error.js';
import { describeValue } from '../describe-value.js';
import type { FolderFiles } from '../folder-files.js';
import type { HeaderEntry } from '../safetensors-header.js';
import { readGgufHeader } from './read-gguf.js';

/** What the transformer's files name: city96's converter its architecture, others their tool; stable-diffusion.cpp nothing. */
const ARCHITECTURES = ['qwen_image', 'pig', null];
/** A text encoder, and its vision tower (mmproj). */
const TEXT_ARCHITECTURES = ['qwen2vl', 'qwen2', 'clip'];

/**
 * The tensors of a transformer's GGUF file.
 * @throws CheckpointError also when it holds another network
 */
export async function readTransformerGguf(files: FolderFiles, label: string): Promise<readonly HeaderEntry[]> {
  const { architecture, entries } = await readGgufHeader(files, label);
  if (ARCHITECTURES.includes(architecture)) return entries;
  const expected = "expected a transformer's file (architecture qwen_image)";
  if (TEXT_ARCHITECTURES.includes(architecture ?? '')) {
    throw new CheckpointError(
      `${label} is a text encoder (architecture ${describeValue(architecture)}), ${expected}: text encoders as GGUF are not read, QWEN_MODEL_DIR's text_encoder/ holds safetensors`,
    );
  }
  throw new CheckpointError(`${label} has the architecture ${describeValue(architecture)}, ${expected}`);
}
