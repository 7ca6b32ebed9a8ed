import { CheckpointError } from '../checkpoint-error.js';
import { describeValue } from '../describe-value.js';
import type { HeaderEntry } from '../safetensors-header.js';

/** What can be had of the same models in formats that are read. */
const INSTEAD = 'use a GGUF file (Q4_K_M, Q8_0, …), an fp8 (e4m3fn) or a bf16 file of the same model';

/** A way to quantize that is not read, by what shows it. */
interface ForeignFormat {
  readonly name: string;
  readonly shows: (entry: HeaderEntry) => boolean;
}

const endsWith =
  (...ends: string[]) =>
  ({ name }: HeaderEntry): boolean =>
    ends.some((end) => name.endsWith(end));

/** The first that is met gives its name: some formats share a part with a later one. */
const FOREIGN: readonly ForeignFormat[] = [
  { name: "Nunchaku's SVDQuant", shows: endsWith('.wscales', '.proj_down', '.smooth_factor', '.wcscales') },
  { name: 'GPTQ or AWQ', shows: endsWith('.qzeros', '.qweight') },
  { name: 'bitsandbytes', shows: ({ name }) => /\.(absmax|quant_map|nested_absmax|SCB|quant_state\..+)$/.test(name) },
  {
    name: 'NVFP4 or MXFP4',
    shows: (entry) => endsWith('.weight_scale_2')(entry) || ['F4', 'F8_E8M0'].includes(entry.dtype),
  },
  {
    name: 'int8 (int8_convrot, int8_tensorwise)',
    shows: ({ dtype, name }) => dtype === 'I8' && name.endsWith('.weight'),
  },
];

/**
 * Refuses files whose weights are quantized in a way that is not read.
 * @throws CheckpointError that names the way and what to use instead
 */
export function refuseForeignQuantization(label: string, entries: readonly HeaderEntry[]): void {
  for (const { name, shows } of FOREIGN) {
    const entry = entries.find(shows);
    if (entry !== undefined) throw foreignFormat(label, entry.name, name);
  }
}

/** A tensor's format is not read. */
export function foreignFormat(label: string, tensor: string, format: string): CheckpointError {
  return new CheckpointError(
    `${label} is quantized as ${format} (tensor ${describeValue(tensor)}), which is not read: ${INSTEAD}`,
  );
}
