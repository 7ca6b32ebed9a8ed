import type { HeaderEntry } from '../safetensors-header.js';

/** Under which ComfyUI keeps the transformer in files that may hold the other networks, too. */
const PREFIXES = ['model.diffusion_model.', 'diffusion_model.'] as const;

/** A transformer's tensor without the prefix that its file may have for it. */
export function withoutPrefix(name: string): string {
  const prefix = PREFIXES.find((each) => name.startsWith(each));
  return prefix === undefined ? name : name.slice(prefix.length);
}

/** The reverse, in the naming of the files at hand. */
export function withPrefixOf(names: readonly string[], name: string): string {
  const prefix = PREFIXES.find((each) => names.some((other) => other.startsWith(each)));
  return `${prefix ?? ''}${name}`;
}

/** The transformer's tensors of a file: those below the prefix, where any are; and how many others there are. */
export function transformerEntries<E extends HeaderEntry>(
  entries: readonly E[],
): { own: readonly E[]; others: number } {
  const own = entries.filter(({ name }) => withoutPrefix(name) !== name);
  return own.length === 0 ? { own: entries, others: 0 } : { own, others: entries.length - own.length };
}
