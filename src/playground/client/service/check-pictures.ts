import type { InputPicture } from '../state/app-state.js';
import type { Strings } from '../text/english.js';
import { FaultError } from './fault.js';
import { pictureKind, SERVED_KINDS } from './picture-kind.js';

const MEGABYTE = 1024 * 1024;

/**
 * Makes sure before anything is sent that the service can take the files: that they can still be read, are of a kind that it
 * reads, and not too large.
 * @param maxBytes of a file; null: nobody says
 * @throws FaultError with the name of the first at fault
 */
export async function checkPictures(pictures: readonly InputPicture[], maxBytes: number | null): Promise<void> {
  for (const picture of pictures) {
    const words = await faultOf(picture.file, maxBytes);
    if (words === null) continue;
    throw new FaultError({ code: 'UNUSABLE_FILE', message: '', param: 'images', picture: picture.id, words });
  }
}

async function faultOf(file: File, maxBytes: number | null): Promise<((strings: Strings) => string) | null> {
  const { name, size } = file;
  let kind: string;
  try {
    kind = await pictureKind(file);
  } catch {
    // It was changed, moved or deleted since it was chosen, or is a folder that was dropped.
    return (strings) => strings.unreadableFile(name);
  }
  if (!SERVED_KINDS.includes(kind)) return (strings) => strings.unknownKind(name, kind);
  if (maxBytes === null || size <= maxBytes) return null;
  const megabytes = (bytes: number): string => String(Math.ceil((10 * bytes) / MEGABYTE) / 10);
  return (strings) => strings.tooLarge(name, megabytes(size), megabytes(maxBytes));
}
