import type { ServiceSettings } from '../../checkpoint/service-settings.js';
import { PICTURE_WARNING_START } from '../../protocol/picture.js';

/** As many of a checkpoint's suggestions give an idea; a list of all of them would bury the rest. */
const EXAMPLES = 10;

/** Which of an edit's references it is, from 0. */
interface ReferencePlace {
  readonly index: number;
  readonly count: number;
}

/** That a result is one of its references again, and what the checkpoint says of what it can do. */
export function unchangedWarning({ suggestions, notice }: ServiceSettings, { index, count }: ReferencePlace): string {
  const examples = suggestions.flatMap(({ prompts }) => prompts).slice(0, EXAMPLES).join('; ');
  const which = count === 1 ? 'it' : `picture ${index + 1} of the ${count}`;
  return [
    `${PICTURE_WARNING_START}came out as ${which} went in: this prompt changed nothing.`,
    ...(examples === '' ? [] : [`What the model does well, for example: ${examples}.`]),
    ...(notice === null ? [] : [notice.en]),
  ].join(' ');
}
