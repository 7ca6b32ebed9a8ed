import { Injectable } from '@nestjs/common';
import type { FileResult } from '../../decoding/input-picture.worker.js';
import { PictureDecoder } from '../../decoding/picture-decoder.service.js';
import { LocalModel } from '../../inference/local-model.js';
import { EditError, MODEL_NOT_READY } from '../../protocol/edit-error.js';
import type { EditInput } from '../edit-job.js';
import { type EditFiles, InputDecoder } from '../job-files.js';

/** Decodes what was uploaded elsewhere, by the rules of the model that this process serves. */
@Injectable()
export class UploadedInputs extends InputDecoder {
  constructor(
    private readonly decoder: PictureDecoder,
    private readonly local: LocalModel,
  ) {
    super();
  }

  async decode({ asked, pictures, mask }: EditFiles): Promise<EditInput> {
    const model = this.local.model();
    if (model === null) throw new EditError('unavailable', MODEL_NOT_READY);
    const { sizeRules } = model;
    const use = { size: asked, sizeRules, feather: mask?.feather ?? 0 };
    const readMask = mask === null ? null : readOf(await this.decoder.mask([mask.bytes], use));
    const size = readMask?.size ?? asked;
    const read = await Promise.all(
      pictures.map(async (bytes, index) => {
        const keptAt = index === 0 ? (readMask?.size ?? null) : null;
        return readOf(await this.decoder.picture([bytes], { size, sizeRules, keptAt }));
      }),
    );
    const kept = read[0]?.kept ?? null;
    const { weights, changes } = readMask ?? {};
    return {
      references: read.map(({ picture }) => picture),
      masked: kept === null || weights === undefined || changes === undefined ? null : { ...kept, weights, changes },
    };
  }
}

function readOf<T>(result: FileResult<T>): T {
  if ('read' in result) return result.read;
  throw new EditError('failed', `an input can't be read any more: ${result.fault}`);
}
