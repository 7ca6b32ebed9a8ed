import type { EditRequest, EditResult, InputPicture, PastRun } from '../state/app-state.js';
import { newPicture } from '../state/pictures.js';

/** A picture as it is kept: its file lies elsewhere, under its id. */
export interface PictureRecord extends Pick<InputPicture, 'id' | 'origin'> {
  readonly name: string;
}

interface RequestRecord extends Omit<EditRequest, 'pictures'> {
  readonly pictures: readonly PictureRecord[];
}

interface ResultRecord extends Omit<EditResult, 'blob' | 'url' | 'input' | 'request' | 'run'> {
  /** Which of the request's pictures it was made from. */
  readonly inputIndex: number;
}

/** An edit of the history as it is kept. */
export interface RunRecord extends Omit<PastRun, 'request'> {
  readonly request: RequestRecord;
  readonly results: readonly ResultRecord[];
}

export function pictureRecord({ id, origin, file }: InputPicture): PictureRecord {
  return { id, origin, name: file.name };
}

export function runRecord(run: PastRun, results: readonly EditResult[]): RunRecord {
  const { request, fault } = run;
  return {
    ...run,
    // Words of the page's own are a function, which can't be kept.
    fault: fault === null ? null : { code: fault.code, message: fault.message, param: fault.param },
    request: { ...request, pictures: request.pictures.map(pictureRecord) },
    results: results.map(({ id, seed, size, format, warnings, loras, input }) => ({
      ...{ id, seed, size, format, warnings, loras },
      inputIndex: request.pictures.indexOf(input),
    })),
  };
}

/** Kept files by their ids. */
export type Files = ReadonlyMap<string, Blob>;

/** Ids of the files that an edit needs. */
export function fileIds({ request, results }: RunRecord): string[] {
  return [...request.pictures, ...results].map(({ id }) => id);
}

export function restorePicture({ id, origin, name }: PictureRecord, files: Files): InputPicture | null {
  const file = files.get(id);
  return file === undefined ? null : newPicture(new File([file], name, { type: file.type }), origin, id);
}

/**
 * The edit and its results, of which some may have lost their files.
 * @param known pictures that were restored already, by their ids: edits share them
 * @returns null when its own pictures are gone
 */
export function restoreRun(
  record: RunRecord,
  files: Files,
  known: Map<string, InputPicture>,
): { readonly run: PastRun; readonly results: readonly EditResult[] } | null {
  const pictures = record.request.pictures.flatMap((kept) => {
    const picture = known.get(kept.id) ?? restorePicture(kept, files);
    if (picture !== null) known.set(kept.id, picture);
    return picture ?? [];
  });
  if (pictures.length < record.request.pictures.length) return null;
  const { results, ...kept } = record;
  const request = { ...record.request, pictures };
  const run = { ...kept, request };
  return { run, results: results.flatMap((result) => restoreResult(result, run, files)) };
}

function restoreResult({ inputIndex, ...result }: ResultRecord, run: PastRun, files: Files): EditResult[] {
  const blob = files.get(result.id);
  const input = run.request.pictures[inputIndex];
  if (blob === undefined || input === undefined) return [];
  return [{ ...result, run: run.id, blob, url: URL.createObjectURL(blob), input, request: run.request }];
}
