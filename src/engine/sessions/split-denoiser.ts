import { integers, type GraphRunner, type Inputs, type OutputTensor } from './onnx-session.js';

/** A part of the denoiser: all but the last give `next_image` and `next_text`. */
interface DenoiserPart extends GraphRunner {
  runAll(inputs: Inputs): Promise<Readonly<Record<string, OutputTensor>>>;
}

/** The denoiser as several graphs, each with some of its layers: both streams go from one to the next through the host. */
export class SplitDenoiser implements GraphRunner {
  /** @param everyPartTellsRows each part, not only the last, takes how many rows are the target's (see networks/denoiser.ts) */
  constructor(
    private readonly parts: readonly [DenoiserPart, ...DenoiserPart[]],
    private readonly everyPartTellsRows: boolean,
  ) {}

  async run({ latents, reference_latents, ...shared }: Inputs): Promise<OutputTensor> {
    if (latents === undefined || reference_latents === undefined) throw new Error('The denoiser needs its latents');
    const [first, ...others] = this.parts;
    const last = others.pop();
    if (last === undefined) return first.run({ latents, reference_latents, ...shared });
    let streams = await passOn(first, { latents, reference_latents, ...shared });
    const target = { target_tokens: integers([latents.shape[0] ?? 0], 1) };
    const told = this.everyPartTellsRows ? target : {};
    for (const part of others) streams = await passOn(part, { ...shared, ...streams, ...told });
    return last.run({ ...shared, ...streams, ...target });
  }
}

/** Runs a part and gives its streams the names that the next part has for them. */
async function passOn(part: DenoiserPart, inputs: Inputs): Promise<{ image: OutputTensor; text: OutputTensor }> {
  const { next_image: image, next_text: text } = await part.runAll(inputs);
  if (image === undefined || text === undefined) throw new Error('A part of the denoiser lacks its streams');
  return { image, text };
}
