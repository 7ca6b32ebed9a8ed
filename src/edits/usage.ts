import type { JobSnapshot, PictureFile } from '../jobs/job-snapshot.js';
import type { EditSettings } from '../protocol/edit-settings.js';
import { type PictureTokens, totalSeconds } from '../protocol/picture.js';
import type { PictureUsageDto } from './usage.dto.js';

/** Token counts in OpenAI's form, and what else was used. */
export type Usage = Readonly<PictureUsageDto>;

/** Of one picture alone. */
export function pictureUsage({ text, references, target }: PictureTokens, { loras }: EditSettings): Usage {
  return { ...tokenUsage(text, references, target), loras };
}

/** Of a whole edit: the prompt counts once, each input once, each result by itself. */
export function editUsage(files: readonly PictureFile[], { loras }: EditSettings): Usage {
  const inputs = new Map(files.map(({ inputIndex, tokens }) => [inputIndex, tokens.references]));
  const references = [...inputs.values()].reduce((sum, tokens) => sum + tokens, 0);
  const target = files.reduce((sum, { tokens }) => sum + tokens.target, 0);
  return { ...tokenUsage(files[0]?.tokens.text ?? 0, references, target), loras };
}

/** Model time over all stages of an edit, to the millisecond. */
export function processingSeconds({ stageSeconds }: JobSnapshot): number {
  return Math.round(totalSeconds(stageSeconds) * 1000) / 1000;
}

function tokenUsage(text: number, image: number, output: number): Omit<Usage, 'loras'> {
  return {
    input_tokens: text + image,
    output_tokens: output,
    total_tokens: text + image + output,
    input_tokens_details: { text_tokens: text, image_tokens: image },
  };
}
