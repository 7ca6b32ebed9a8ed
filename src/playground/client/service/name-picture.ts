import type { InputPicture } from '../state/app-state.js';
import type { Fault } from './fault.js';

/** The fault in words that name the file at fault: the API, which knows no names, counts the files of a request. */
export function namePicture(fault: Fault, pictures: readonly InputPicture[]): Fault {
  for (const { pattern, at, words } of WAYS) {
    const match = pattern.exec(fault.message);
    const picture = match === null ? undefined : at(pictures, match);
    if (picture === undefined) continue;
    return { ...fault, message: fault.message.replace(pattern, words(picture.file.name)), picture: picture.id };
  }
  return fault;
}

/** How the API speaks of one of the request's files, and how the page does. */
interface Way {
  readonly pattern: RegExp;
  readonly at: (pictures: readonly InputPicture[], match: RegExpExecArray) => InputPicture | undefined;
  /** A function, since a name may hold what String.replace takes for a pattern. */
  readonly words: (name: string) => () => string;
}

const WAYS: readonly Way[] = [
  {
    pattern: / at index (\d+)/,
    at: (pictures, [, index]) => pictures[Number(index)],
    words: (name) => () => ` in ${name}`,
  },
  // It was too large while it was read, before it had a place: if any file is, the largest is.
  { pattern: /^A file in images?(?:\[\])?(?= )/, at: (pictures) => largest(pictures), words: (name) => () => name },
];

function largest(pictures: readonly InputPicture[]): InputPicture | undefined {
  return [...pictures].sort((one, other) => other.file.size - one.file.size)[0];
}
