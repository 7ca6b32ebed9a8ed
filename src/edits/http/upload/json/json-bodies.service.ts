import { availableParallelism } from 'node:os';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Piscina } from 'piscina';
import { limitsConfig } from '../../../../config/namespaces.js';
import { invalidInput, tooLarge } from '../../../../http/errors/api-error.js';
import { JSON_FORM_WORKER } from '../../../../program/program-files.js';
import { EditError, invalidEdit } from '../../../../protocol/edit-error.js';
import { FileBlocks } from '../../../fields/file-blocks.js';
import { MAX_JSON_CHARACTERS } from '../../../fields/field-rule.js';
import type { FormFile, FormInput } from '../../../fields/form-input.js';
import { MASK_FIELD } from '../../../fields/known-fields.js';
import { RemotePictures } from '../../remote/remote-pictures.service.js';
import { FIELD_MAX_BYTES, FIELD_NAME_MAX_LENGTH, MAX_TEXT_FIELDS } from '../../../fields/form-limits.js';
import type { JsonFormFault } from './json-form-error.js';
import type { JsonFormResult, JsonFormTask, SentPicture } from './json-form.worker.js';
import { jsonTexts } from './json-texts.js';

const MAX_THREADS = Math.min(2, availableParallelism());
const IDLE_MILLISECONDS = 30_000;

/**
 * Makes forms of bodies of JSON, in threads of their own, which end when nothing comes: they are others than those that decode
 * pictures, which wait for one another.
 */
@Injectable()
export class JsonBodies implements OnApplicationShutdown {
  private readonly pool = new Piscina<JsonFormTask, JsonFormResult>({
    filename: JSON_FORM_WORKER,
    minThreads: 0,
    maxThreads: MAX_THREADS,
    idleTimeout: IDLE_MILLISECONDS,
  });

  constructor(
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
    private readonly remote: RemotePictures,
  ) {}

  /**
   * The form in a body, whose bytes are handed over: it is empty afterwards. All pictures together are one edit, as with
   * multipart's `image`.
   * @throws ApiError 400, 413
   */
  async read({ blocks }: FileBlocks): Promise<FormInput> {
    const { maxFiles, maxFileBytes } = this.limits;
    const limits = {
      maxFiles,
      maxFileBytes,
      maxFields: MAX_TEXT_FIELDS,
      maxTextBytes: FIELD_MAX_BYTES,
      maxNameLength: FIELD_NAME_MAX_LENGTH,
      maxStructureLength: MAX_JSON_CHARACTERS,
    };
    const result = await this.pool.run({ blocks, limits }, { transferList: blocks.map(({ buffer }) => buffer) });
    if ('fault' in result) throw apiError(result.fault);
    const { fields, pictures, mask } = result.form;
    const files = pictures.map((picture) => this.file('image', picture));
    const maskFile = mask === null ? null : this.file(MASK_FIELD, mask);
    const pictureFault = otherPictureField(fields) ?? files.find((file) => file instanceof EditError);
    return {
      texts: jsonTexts(fields),
      files: [...files, maskFile].filter((file): file is FormFile => file !== null && !(file instanceof EditError)),
      ...(pictureFault === undefined ? {} : { pictureFault }),
      ...(maskFile instanceof EditError ? { maskFault: maskFile } : {}),
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  private file(field: string, picture: SentPicture): FormFile | EditError {
    if ('fault' in picture) return invalidEdit(picture.fault, picture.param);
    const { place } = picture;
    if ('blocks' in picture) return { field, place, content: FileBlocks.from(picture.blocks) };
    try {
      return { field, place, content: new FileBlocks(), url: this.remote.check(picture.url) };
    } catch (error) {
      return invalidEdit(`${place} ${(error as Error).message}`, place);
    }
  }
}

/** Multipart's other names for pictures: what they hold there, `images` holds here. */
const OTHER_PICTURE_FIELD = /^(image|images?\[\d*\])$/;

function otherPictureField(fields: ReadonlyMap<string, unknown>): EditError | undefined {
  const name = [...fields.keys()].find((field) => OTHER_PICTURE_FIELD.test(field));
  return name === undefined
    ? undefined
    : invalidEdit(`${name} is a field of multipart forms: in JSON use "images": [{"image_url": …}]`, name);
}

function apiError({ kind, message, param }: JsonFormFault): Error {
  return (kind === 'too_large' ? tooLarge : invalidInput)(message, param ?? undefined);
}
