import { pictureWarnings } from '../../edits/picture-warnings.js';
import { resultFormat } from '../../edits/result-format.js';
import { editUsage, pictureUsage, type Usage } from '../../edits/usage.js';
import type { EditJob } from '../../jobs/edit-job.js';
import type { JobSnapshot, PictureFile } from '../../jobs/job-snapshot.js';
import type { CompletedMessage, ResultMessage, TokenUsageMessage } from '../proto/messages.js';

/**
 * The result `index` (from 0) of an edit.
 * @param withData with its file
 */
export function resultMessage(index: number, file: PictureFile, edit: EditJob, withData: boolean): ResultMessage {
  const { bytes, seed, inputIndex, width, height, tokens, warnings } = file;
  return {
    ...(withData ? { data: bytes } : {}),
    output_format: resultFormat(edit.settings.outputType, edit.outputFormat),
    width,
    height,
    image: index + 1,
    input_index: inputIndex,
    seed,
    usage: usageMessage(pictureUsage(tokens, edit.settings)),
    warnings,
  };
}

/** What there is to know of an edit that has succeeded, beside its results. */
export function completedMessage(job: JobSnapshot, files: readonly PictureFile[]): CompletedMessage {
  const { edit, waitedSeconds, stageSeconds } = job;
  return {
    input_images: edit.inputPictures,
    generated_images: files.length,
    usage: usageMessage(editUsage(files, edit.settings)),
    seconds: { queue: waitedSeconds, ...stageSeconds },
    lora: edit.settings.loras,
    warnings: [...edit.warnings, ...pictureWarnings(files)],
  };
}

function usageMessage(usage: Usage): TokenUsageMessage {
  const { input_tokens, output_tokens, total_tokens, input_tokens_details } = usage;
  const { text_tokens, image_tokens } = input_tokens_details;
  return { input_tokens, output_tokens, total_tokens, text_tokens, image_tokens };
}
