import type { JobSnapshot, PictureFile } from '../../../jobs/job-snapshot.js';
import { pictureWarnings } from '../../picture-warnings.js';
import { resultFormat } from '../../result-format.js';
import { editUsage, processingSeconds } from '../../usage.js';
import type { EditAnswerDto } from './edit-answer.dto.js';
import { Base64File, type WithFiles } from './json-body.js';

/** The answer to an edit that has succeeded. */
export function editAnswer(job: JobSnapshot, files: readonly PictureFile[]): WithFiles<EditAnswerDto> {
  return {
    created: Math.floor((job.finishedAt ?? new Date()).getTime() / 1000),
    data: files.map(({ bytes, seed, inputIndex }) => ({
      b64_json: new Base64File(bytes),
      seed,
      input_index: inputIndex,
    })),
    usage: {
      processing_time_seconds: processingSeconds(job),
      input_images: job.edit.inputPictures,
      generated_images: files.length,
      ...editUsage(files, job.edit.settings),
    },
    output_format: resultFormat(job.edit.settings.outputType, job.edit.outputFormat),
    size: commonSize(files),
    loras: job.edit.settings.loras,
    warnings: [...job.edit.warnings, ...pictureWarnings(files)],
  };
}

/** WIDTHxHEIGHT of every result, or `auto` where they differ. */
function commonSize(files: readonly PictureFile[]): string {
  const sizes = new Set(files.map(({ width, height }) => `${width}x${height}`));
  const [size] = sizes;
  return sizes.size === 1 && size !== undefined ? size : 'auto';
}
