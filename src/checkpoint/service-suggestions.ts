import type { SuggestionGroup } from '../protocol/model-info.js';
import { type ConfigReader, isJsonObject } from './config-reader.js';
import { parseLocalText } from './local-text.js';

const KEY = 'suggestions';
const KINDS = 'a list of texts, or of groups {"kind": {"en": "…"}, "prompts": ["…"]}';

/**
 * Instructions that the model does well: texts, or groups of them with what they have in common. Texts outside of groups are a
 * group without a kind, which comes first.
 */
export function parseSuggestions(config: ConfigReader): readonly SuggestionGroup[] {
  const items = config.raw(KEY) ?? [];
  if (!Array.isArray(items)) config.refuse(KEY, KINDS);
  const texts = items.filter((item) => !isJsonObject(item));
  if (!texts.every(isText)) config.refuse(KEY, KINDS);
  const groups = items.filter(isJsonObject).map((item) => parseGroup(config.nested(KEY, item)));
  return texts.length === 0 ? groups : [{ kind: null, prompts: texts }, ...groups];
}

function parseGroup(group: ConfigReader): SuggestionGroup {
  const prompts = group.raw('prompts');
  if (!Array.isArray(prompts) || prompts.length === 0 || !prompts.every(isText)) {
    group.refuse('prompts', 'a list of texts');
  }
  return { kind: parseLocalText(group, 'kind', 40), prompts };
}

const isText = (item: unknown): item is string => typeof item === 'string' && item.trim() !== '';
