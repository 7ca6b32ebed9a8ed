import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import { describeValue } from '../../checkpoint/describe-value.js';
import type { TokenizerFiles } from '../../checkpoint/tokenizer-files.js';
import { isRecord } from './added-tokens.js';
import { QWEN2_NORMALIZER, QWEN2_PATTERN, qwen2PreTokenizer } from './qwen2-tokenizer-parts.js';

/** What Qwen2's tokenizers have in their tokenizer.json, of the parts that decide the ids. */
const QWEN2_PARTS: readonly (readonly [key: string, part: unknown, effect: string])[] = [
  ['normalizer', QWEN2_NORMALIZER, 'change texts before they are cut'],
  ['pre_tokenizer', qwen2PreTokenizer(QWEN2_PATTERN), 'cut texts at other places'],
];

/** Settings of the model that Qwen2's tokenizers leave at nothing, and what they would do. */
const MODEL_SETTINGS: readonly (readonly [key: string, effect: string])[] = [
  ['dropout', 'leave out merges at random'],
  ['continuing_subword_prefix', 'write the inner tokens of a word differently'],
  ['end_of_word_suffix', 'write the last token of a word differently'],
  ['byte_fallback', 'write unknown letters as other tokens'],
  ['ignore_merges', 'take whole words from the vocabulary before any merge'],
];

/**
 * Refuses a tokenizer that makes other ids than Qwen2's. What is absent says nothing. transformers' own class ignores most
 * of these keys, the plain classes that load tokenizer.json as it stands don't: the ids would depend on who reads it.
 *
 * @throws CheckpointError that names the file, the key, its value and what it would change
 */
export function refuseOtherTokenizer({ folder, tokenizerJson, tokenizerConfig }: TokenizerFiles): void {
  const setting = ['add_prefix_space', 'split_special_tokens'].find((key) => tokenizerConfig[key] === true);
  if (setting !== undefined) {
    throw new CheckpointError(`${folder}/tokenizer_config.json: ${setting} is true; only false is supported`);
  }
  if (!isRecord(tokenizerJson)) return;
  const fault =
    partFault(tokenizerJson) ?? modelFault(tokenizerJson['model']) ?? processorFault(tokenizerJson['post_processor']);
  if (fault !== null) throw new CheckpointError(`${folder}/tokenizer.json: ${fault}`);
}

function partFault(tokenizer: Readonly<Record<string, unknown>>): string | null {
  for (const [key, part, effect] of QWEN2_PARTS) {
    if (tokenizer[key] === undefined) continue;
    const difference = firstDifference(part, tokenizer[key], key);
    if (difference !== null) return unsupported(difference.path, difference.found, effect, difference.expected);
  }
  return null;
}

function modelFault(model: unknown): string | null {
  if (!isRecord(model)) return null;
  const type = model['type'];
  if (type !== undefined && type !== 'BPE') return unsupported('model.type', type, 'make other tokens', 'BPE');
  for (const [key, effect] of MODEL_SETTINGS) {
    const value = model[key];
    if (![undefined, null, false, 0, ''].some((nothing) => nothing === value)) {
      return unsupported(`model.${key}`, value, effect, null);
    }
  }
  return null;
}

/** A post-processor may not add to the prompt; ByteLevel concerns offsets only, a template may be the sequence itself. */
function processorFault(processor: unknown, path = 'post_processor'): string | null {
  if (processor === undefined || processor === null) return null;
  const { type, processors, single } = isRecord(processor) ? processor : {};
  if (type === 'ByteLevel') return null;
  if (type === 'Sequence' && Array.isArray(processors)) {
    const faults = processors.map((part, index) => processorFault(part, `${path}.processors.${index}`));
    return faults.find((fault) => fault !== null) ?? null;
  }
  if (type !== 'TemplateProcessing') {
    return `${path}.type is ${describe(type)}, which would add tokens to every prompt; only "ByteLevel" and a "TemplateProcessing" that adds none are supported`;
  }
  const added = Array.isArray(single) ? single.map(addedToken).find((token) => token !== null) : undefined;
  if (added !== undefined)
    return `${path} adds the token ${added} to every prompt; only one that adds none is supported`;
  const difference = firstDifference([{ Sequence: { id: 'A' } }], single, `${path}.single`);
  return difference && unsupported(difference.path, difference.found, 'make another prompt', difference.expected);
}

/** The token that a template's item adds; null where the item is none. */
function addedToken(item: unknown): string | null {
  const token = isRecord(item) ? item['SpecialToken'] : undefined;
  return isRecord(token) ? String(token['id']) : null;
}

interface Difference {
  readonly path: string;
  readonly found: unknown;
  readonly expected: unknown;
}

/** The first place where `found` isn't as expected; keys that `expected` doesn't have don't count. */
function firstDifference(expected: unknown, found: unknown, path: string): Difference | null {
  if (typeof expected !== 'object' || expected === null) return expected === found ? null : { path, found, expected };
  const sameKind = typeof found === 'object' && found !== null && Array.isArray(found) === Array.isArray(expected);
  if (!sameKind) return { path, found, expected };
  if (Array.isArray(found) && Array.isArray(expected) && found.length !== expected.length) {
    return { path, found, expected };
  }
  const parts: Readonly<Record<string, unknown>> = { ...found };
  for (const [key, part] of Object.entries(expected)) {
    const difference = firstDifference(part, parts[key], `${path}.${key}`);
    if (difference !== null) return difference;
  }
  return null;
}

function unsupported(path: string, found: unknown, effect: string, expected: unknown): string {
  return `${path} is ${describe(found)}, which would ${effect}; only ${describe(expected)} is supported`;
}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : describeValue(value);
}
