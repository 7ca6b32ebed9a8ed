import type { ServiceSettings } from '../../checkpoint/service-settings.js';
import { PICTURE_WARNING_START } from '../../protocol/picture.js';

/** As many of a checkpoint's suggestions give an idea; a list of all of them would bury the rest. */
const EXAMPLES = 10;

/** That a result is the input again, and what the checkpoint says of what it can do. */
export function unchangedWarning({ suggestions, notice }: ServiceSettings): string {
  const examples = suggestions.slice(0, EXAMPLES).join('; ');
  return [
    `${PICTURE_WARNING_START}came out as it went in: this prompt changed nothing.`,
    ...(examples === '' ? [] : [`What the model does well, for example: ${examples}.`]),
    ...(notice === null ? [] : [notice.en]),
  ].join(' ');
}
