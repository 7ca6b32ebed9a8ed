import type { LoraInfo } from '../../../protocol/lora.js';
import type { ModelInfo } from '../../../protocol/model-info.js';
import type { FieldContext } from '../field-rule.js';
import { quoted } from '../quoted.js';
import { NamedLoras, UnreadableLoras } from './named-loras.js';

/** How many names an error lists. */
const LISTED_NAMES = 10;

/** What is wrong with the field `lora`; whether its names are served is checked once the model is known. */
export function loraFault(value: unknown, { model }: FieldContext): string | null {
  if (value instanceof UnreadableLoras) {
    return value.isPath && model !== null ? `${value.fault}: ${servedLoras(model)}` : value.fault;
  }
  if (model === null || !(value instanceof NamedLoras)) return null;
  for (const { name } of value.list) {
    const lora = model.loras.find((one) => one.name === name);
    if (lora === undefined) {
      const several = name.includes(',') ? ' (several are a JSON array: ["one", "other:0.5"])' : '';
      return `lora: there is no LoRA ${quoted(name)} here${several}: ${servedLoras(model)}`;
    }
    if (lora.refused !== null) return refusedLora('lora', lora);
  }
  return null;
}

/** Why a LoRA that is there can't be used; its reason is a sentence. */
export function refusedLora(field: string, { name, refused }: LoraInfo): string {
  return `${field}: the LoRA ${quoted(name)} can't be used: ${refused ?? ''}`;
}

/** Which LoRAs a request can name, in a clause. */
export function servedLoras({ loras }: ModelInfo): string {
  const names = loras.filter(({ refused }) => refused === null).map(({ name }) => quoted(name));
  if (names.length === 0) return 'the service has none that can be used (LORA_DIR)';
  const more = names.length - LISTED_NAMES;
  const listed = names.slice(0, LISTED_NAMES).join(', ');
  return `the service has ${listed}${more > 0 ? ` and ${more} more, which GET /v1/models lists` : ''}`;
}
