import type { EditError } from '../protocol/edit-error.js';
import type { MadePicture, StageRun } from '../protocol/picture.js';
import type { SpanAttributes, SpanRecord, TraceContext, Tracing } from '../tracing/tracing.js';
import { type EditOrder, placeOf } from './edit-order.js';

/** Tells of a job's waits and pictures as spans below the request that asked for it. Prompts and pictures stay out. */
export class JobTrace {
  constructor(
    private readonly tracing: Tracing,
    private readonly parent: TraceContext,
    private readonly jobId: string,
    private readonly order: EditOrder,
  ) {}

  /** The job has waited for its turn until now. */
  waited(seconds: number): void {
    this.tracing.record(this.parent, () => {
      const end = Date.now();
      return { name: 'queue', start: end - seconds * 1000, end, attributes: this.attributes() };
    });
  }

  /** To be called when the engine is given a picture; what it returns, when the picture is made or has failed. */
  picture(index: number): (outcome: MadePicture | EditError) => void {
    const [start, begunAt] = [Date.now(), performance.now()];
    return (outcome) =>
      this.tracing.record(this.parent, () => {
        const end = start + performance.now() - begunAt;
        return { name: 'picture', start, end, ...this.pictureDetails(index, start, outcome) };
      });
  }

  private pictureDetails(
    index: number,
    start: number,
    outcome: MadePicture | EditError,
  ): Pick<SpanRecord, 'attributes' | 'error' | 'children'> {
    const { numInferenceSteps, trueCfgScale, outputType } = this.order.settings;
    const { inputIndex } = placeOf(this.order, index);
    const attributes = {
      ...this.attributes(),
      'edit.image': index + 1,
      'edit.input_index': inputIndex,
      'edit.steps': numInferenceSteps,
      'edit.true_cfg_scale': trueCfgScale,
      'edit.output_type': outputType,
    };
    if (outcome instanceof Error) return { attributes, error: { type: outcome.kind, message: outcome.message } };
    const { picture, tokens, stages } = outcome;
    return {
      attributes: {
        ...attributes,
        'edit.width': picture.width,
        'edit.height': picture.height,
        'edit.text_tokens': tokens.text,
        'edit.image_tokens': tokens.references + tokens.target,
      },
      children: stageSpans(stages, start),
    };
  }

  private attributes(): SpanAttributes {
    return { 'edit.job': this.jobId };
  }
}

/** A span for each stretch of work; all denoising steps are one, with an event at each one's end. */
function stageSpans(stages: readonly StageRun[], pictureStart: number): SpanRecord[] {
  const runs = stages.map(({ stage, startSeconds, seconds }) => {
    const start = pictureStart + startSeconds * 1000;
    return { name: stage, start, end: start + seconds * 1000, attributes: {} };
  });
  const steps = runs.filter(({ name }) => name === 'denoise');
  const [first, last] = [steps[0], steps.at(-1)];
  const others = runs.filter(({ name }) => name !== 'denoise');
  if (first === undefined || last === undefined) return others;
  const events = steps.map(({ end }, index) => ({ name: 'step', at: end, attributes: { step: index + 1 } }));
  return [...others, { ...first, end: last.end, attributes: { steps: steps.length }, events }];
}
