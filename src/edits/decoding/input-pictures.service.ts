import { Injectable } from '@nestjs/common';
import type { FileResult } from '../../decoding/input-picture.worker.js';
import { type FileBytes, PictureDecoder } from '../../decoding/picture-decoder.service.js';
import type { ReadMask } from '../../images/mask/edit-mask.js';
import type { EditInputs } from '../../jobs/edit-job.js';
import type { JobFiles } from '../../jobs/job-files.js';
import { invalidEdit } from '../../protocol/edit-error.js';
import type { OutputSize } from '../../protocol/edit-settings.js';
import type { EditForm } from '../fields/check-form.js';
import { DEFAULT_MASK_FEATHER } from '../fields/edit-fields.dto.js';
import { MASK_FIELD } from '../fields/known-fields.js';
import { toEdits } from './to-edits.js';

/** A form's pictures as they were read. */
export interface ReadInputs {
  readonly edits: EditInputs;
  /** The result's as it was asked for, with the checkpoint's default filled in; with a mask never `auto`. */
  readonly size: OutputSize;
  /** There is a mask, and it leaves nothing as it is. */
  readonly isWholeMask: boolean;
}

/** Reads the pictures and the mask of a form. */
@Injectable()
export class InputPictures {
  constructor(private readonly decoder: PictureDecoder) {}

  /**
   * The form's mask and then its pictures, at the sizes that they are needed at. The files' bytes are handed over: the form's are
   * empty afterwards.
   * @throws EditError that names the mask, or the first picture at fault by its index
   */
  async read(form: EditForm): Promise<ReadInputs> {
    const mask = await this.readMask(form);
    const size = mask?.size ?? askedSize(form);
    const { inputs, model } = form;
    const pictures = await readEach(form, (blocks, index) => {
      const isKept = inputs.kind === 'separate' || index === 0;
      const keptAt = isKept ? (mask?.size ?? null) : null;
      return this.decoder.picture(blocks, { size, sizeRules: model.sizeRules, keptAt });
    });
    return { edits: toEdits(form, pictures, mask), size, isWholeMask: mask?.isWhole ?? false };
  }

  /**
   * The same where others make the pictures: all is decoded, so that what can't be is refused, but no pixel is kept or brought to
   * another size.
   */
  async check(form: EditForm): Promise<ReadInputs> {
    const mask = await this.readMask(form);
    const size = mask?.size ?? askedSize(form);
    const sizes = await readEach(form, (blocks) => this.decoder.check(blocks));
    const pictures = sizes.map((own) => ({ picture: { conditions: [], size: own }, kept: null }));
    return { edits: toEdits(form, pictures, mask), size, isWholeMask: mask?.isWhole ?? false };
  }

  private async readMask(form: EditForm): Promise<ReadMask | null> {
    const { mask, model } = form;
    if (mask === null) return null;
    const use = { size: askedSize(form), sizeRules: model.sizeRules, feather: featherOf(form) };
    const result = await this.decoder.mask(mask.content.blocks, use);
    if ('read' in result) return result.read;
    throw invalidEdit(`Invalid mask: ${result.fault}`, mask.place ?? MASK_FIELD);
  }
}

/** What is read of each picture of a form. @throws EditError that names the first at fault */
async function readEach<T>(
  { inputs: { kind, files } }: EditForm,
  read: (blocks: FileBytes, index: number) => Promise<FileResult<T>>,
): Promise<T[]> {
  const results = await Promise.all(files.map(({ content: { blocks } }, index) => read(blocks, index)));
  return results.map((result, index) => {
    if ('read' in result) return result.read;
    throw invalidEdit(
      `Invalid image format at index ${index}: ${result.fault}`,
      files[index]?.place ?? (kind === 'together' ? 'image' : 'images'),
    );
  });
}

/** A copy of the form's files as they were uploaded, for workers elsewhere to read. */
export function uploadedFiles(form: EditForm): JobFiles {
  const { inputs, mask } = form;
  return {
    kind: inputs.kind,
    asked: askedSize(form),
    pictures: inputs.files.map(({ content }) => joined(content.blocks)),
    mask: mask === null ? null : { bytes: joined(mask.content.blocks), feather: featherOf(form) },
  };
}

function joined(blocks: FileBytes): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(blocks));
}

function featherOf({ fields }: EditForm): number {
  return fields.mask_feather ?? DEFAULT_MASK_FEATHER;
}

/** With the checkpoint's default filled in. */
function askedSize({ fields, model }: EditForm): OutputSize {
  return fields.size ?? model.defaults.size;
}
