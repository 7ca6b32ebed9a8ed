import type { EditJob } from '../../../jobs/edit-job.js';
import type { JobSnapshot, PictureFile } from '../../../jobs/job-snapshot.js';
import { JsonBody } from './json-body.js';
import { editUsage } from '../../usage.js';

/** The answer to an edit that has succeeded. */
export function answerJson(job: JobSnapshot, files: readonly PictureFile[]): JsonBody {
  const created = Math.floor((job.finishedAt ?? new Date()).getTime() / 1000);
  const data = files.flatMap(({ bytes, seed, inputIndex }, index) => [
    `${index === 0 ? '' : ','}{"b64_json":"`,
    bytes,
    `","seed":${seed},"input_index":${inputIndex}}`,
  ]);
  const tail = JSON.stringify({
    usage: {
      processing_time_seconds: processingSeconds(job),
      input_images: job.edit.inputPictures,
      generated_images: files.length,
      ...editUsage(files),
    },
    output_format: outputFormat(job.edit),
    size: commonSize(files),
    warnings: job.edit.warnings,
  });
  return new JsonBody([`{"created":${created},"data":[`, ...data, `],${tail.slice(1)}`]);
}

/** `pt`, or the pictures' format. */
export function outputFormat({ settings, outputFormat: format }: EditJob): string {
  return settings.outputType === 'pt' ? 'pt' : format;
}

/** Model time over all stages, to the millisecond. */
function processingSeconds({ stageSeconds: { text, encode, denoise, decode } }: JobSnapshot): number {
  return Math.round((text + encode + denoise + decode) * 1000) / 1000;
}

/** WIDTHxHEIGHT of every result, or `auto` where they differ. */
function commonSize(files: readonly PictureFile[]): string {
  const sizes = new Set(files.map(({ width, height }) => `${width}x${height}`));
  const [size] = sizes;
  return sizes.size === 1 && size !== undefined ? size : 'auto';
}
