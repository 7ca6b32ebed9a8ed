import type { EditField } from '../service/edit-fields.js';
import { NO_OPTIONS } from '../service/edit-request.js';
import type { Strings } from '../text/english.js';

type Group = keyof Strings['groups'];

const GROUPS: Readonly<Record<string, Group>> = {
  model: 'picture',
  size: 'picture',
  n: 'picture',
  seed: 'picture',
  num_inference_steps: 'picture',
  true_cfg_scale: 'picture',
  negative_prompt: 'picture',
  mask_feather: 'picture',
  output_format: 'file',
  output_compression: 'file',
  output_type: 'file',
  background: 'openai',
  quality: 'openai',
  input_fidelity: 'openai',
  moderation: 'openai',
  user: 'openai',
  safety_identifier: 'openai',
};

/** The options that the service has, in the groups and the order in which the page shows them; new ones are `advanced`. */
export function optionGroups(fields: readonly EditField[]): [Group, EditField[]][] {
  const options = fields.filter(({ name, kind }) => !NO_OPTIONS.includes(name) && kind !== 'files');
  const order = Object.keys(GROUPS);
  const place = ({ name }: EditField): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const groups: Group[] = ['picture', 'file', 'advanced', 'openai'];
  return groups.map((group) => [
    group,
    options.filter((field) => groupOf(field) === group).sort((a, b) => place(a) - place(b)),
  ]);
}

/** The model is an option where there are several to choose from. */
function groupOf({ name, kind }: EditField): Group {
  return name === 'model' && kind !== 'choice' ? 'advanced' : (GROUPS[name] ?? 'advanced');
}
