import { type EditError, invalidEdit } from '../../protocol/edit-error.js';
import { UnreadableText } from './unreadable-text.js';

/** The answer to a text under the name of a file. What can't be read as text is most likely a file that isn't marked as one. */
export function notAFile(name: string, text: unknown): EditError {
  const fault =
    text instanceof UnreadableText
      ? `${name} must be a file: give its part a filename, or a Content-Type of image/* or application/octet-stream`
      : `${name} must be a file, not text`;
  return invalidEdit(fault, name);
}
