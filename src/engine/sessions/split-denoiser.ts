import type { TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { LayerRange } from '../../graph/networks/layer-range.js';
import { modulationRange } from '../../graph/networks/modulation-layout.js';
import {
  integers,
  type GraphRunner,
  type Inputs,
  type InputTensor,
  type OutputTensor,
  type PassedTensor,
} from './onnx-session.js';

/** A part of the denoiser: all but the last give their streams as `next_NAME`, which the next one takes as NAME. */
interface PartRunner extends GraphRunner {
  runAll(inputs: Inputs): Promise<Readonly<Record<string, PassedTensor>>>;
}

/** A part with the layers that it has. */
export interface DenoiserPart {
  readonly layers: LayerRange;
  readonly runner: PartRunner;
}

/**
 * The denoiser as several graphs, each with some of its layers: both streams go from one to the next through the host, and of the
 * modulation each gets its layers' alone.
 */
export class SplitDenoiser implements GraphRunner {
  /** @param parts in the layers' order */
  constructor(
    private readonly parts: readonly [DenoiserPart, ...DenoiserPart[]],
    private readonly config: TransformerConfig,
  ) {}

  async run({ latents, reference_latents, text, ...shared }: Inputs): Promise<OutputTensor> {
    if (latents === undefined || reference_latents === undefined || text === undefined) {
      throw new Error('The denoiser needs its latents and its text');
    }
    const [first, ...others] = this.parts;
    const last = others.pop();
    if (last === undefined) return first.runner.run({ latents, reference_latents, text, ...shared });
    let streams = await passOn(first, { latents, reference_latents, text, ...this.inputsOf(first, shared) });
    const target = { target_tokens: integers([latents.shape[0] ?? 0], 1) };
    // Each part, not only the last, tells the target's rows from the references' (see networks/denoiser.ts).
    const told = this.config.zeroCondT ? target : {};
    for (const part of others) streams = await passOn(part, { ...this.inputsOf(part, shared), ...streams, ...told });
    return last.runner.run({ ...this.inputsOf(last, shared), ...streams, ...target });
  }

  /** What a part takes of the inputs that all have. */
  private inputsOf({ layers }: DenoiserPart, shared: Inputs): Inputs {
    const { first, end } = modulationRange(this.config, layers);
    const cut = ([name, tensor]: [string, InputTensor]): [string, InputTensor] =>
      name === 'modulation' || name === 'reference_modulation'
        ? [name, { data: tensor.data.subarray(first, end), shape: [end - first] }]
        : [name, tensor];
    return Object.fromEntries(Object.entries(shared).map(cut));
  }
}

/** Runs a part and gives its streams the names that the next part has for them. */
async function passOn({ runner }: DenoiserPart, inputs: Inputs): Promise<Inputs> {
  const streams = Object.entries(await runner.runAll(inputs));
  return Object.fromEntries(streams.map(([name, tensor]) => [name.replace(/^next_/, ''), tensor]));
}
