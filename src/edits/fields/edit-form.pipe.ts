import { Inject, Injectable, type PipeTransform } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { limitsConfig } from '../../config/namespaces.js';
import { invalidEdit } from '../../protocol/edit-error.js';
import { ServedModel } from '../../inference/served-model.js';
import type { ModelInfo } from '../../protocol/model-info.js';
import type { Upload } from '../http/upload/upload.js';
import { checkFields, TEXT_FIELDS } from './check-fields.js';
import type { EditFields } from './edit-fields.dto.js';
import { BRACKETED_PART, FILE_PART } from './field-rule.js';
import { type InputFiles, inputFiles, PICTURE_FIELDS } from './input-files.js';

/** A request whose every field is valid; its pictures are not decoded yet. */
export interface EditForm {
  readonly fields: EditFields;
  readonly inputs: InputFiles;
  /** The model that the fields were checked against. */
  readonly model: ModelInfo;
}

/** OpenAI's, known and not served: named as such, where other unknown fields are merely unknown. */
const UNSUPPORTED = ['mask', 'style'];

/** Checks an upload field by field and types it; the first fault is the answer. */
@Injectable()
export class EditFormPipe implements PipeTransform<Upload, EditForm> {
  constructor(
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
    private readonly model: ServedModel,
  ) {}

  /** @throws EditError that names the field */
  transform(upload: Upload): EditForm {
    const model = this.model.ready();
    const inputs = inputFiles(upload, model);
    const fields = checkFields(textFields(upload), { limits: this.limits, model });
    refuseUnknown(upload);
    return { fields, inputs, model };
  }
}

/** The known text fields that were given; a file under one of their names stands out as FILE_PART. */
function textFields(upload: Upload): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const name of TEXT_FIELDS) {
    const text = upload.texts.get(name);
    if (upload.files.some(({ field }) => field === name)) given[name] = FILE_PART;
    else if (typeof text === 'object' && !Array.isArray(text)) given[name] = BRACKETED_PART;
    else if (text !== undefined) given[name] = text;
  }
  return given;
}

function refuseUnknown(upload: Upload): void {
  const names = [...upload.texts.keys(), ...upload.files.map(({ field }) => field)];
  const known = [...TEXT_FIELDS, ...PICTURE_FIELDS];
  const name = names.find((candidate) => !known.includes(candidate));
  if (name === undefined) return;
  throw invalidEdit(UNSUPPORTED.includes(name) ? `${name} is not supported` : `Unknown field: ${name}`, name);
}
