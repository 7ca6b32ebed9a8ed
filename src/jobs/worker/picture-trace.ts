import type { EditError } from '../../protocol/edit-error.js';
import type { MadePicture, StageRun } from '../../protocol/picture.js';
import type { SpanRecord, Tracing } from '../../tracing/tracing.js';
import { lorasText } from '../../protocol/lora.js';
import { placeOf } from '../edit-job.js';
import type { PictureTurn } from '../work-queue.js';

/** Tells of a picture as a span below the request that asked for its job. Prompts and pictures stay out. */
export class PictureTrace {
  private readonly start = Date.now();
  private readonly begunAt = performance.now();

  /** The engine is given the picture now. */
  constructor(
    private readonly tracing: Tracing,
    private readonly turn: PictureTurn,
  ) {}

  /** The picture is made or has failed. */
  end(outcome: MadePicture | EditError): void {
    this.tracing.record(this.turn.trace, () => {
      const end = this.start + performance.now() - this.begunAt;
      return { name: 'picture', start: this.start, end, ...this.details(outcome) };
    });
  }

  private details(outcome: MadePicture | EditError): Pick<SpanRecord, 'attributes' | 'error' | 'children'> {
    const { jobId, edit, index } = this.turn;
    const { numInferenceSteps, trueCfgScale, outputType, loras } = edit.settings;
    const { inputIndex } = placeOf(edit, index);
    const attributes = {
      'edit.job': jobId,
      'edit.image': index + 1,
      'edit.input_index': inputIndex,
      'edit.steps': numInferenceSteps,
      'edit.true_cfg_scale': trueCfgScale,
      'edit.output_type': outputType,
      ...(loras.length > 0 ? { 'edit.loras': lorasText(loras) } : {}),
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
      children: stageSpans(stages, this.start),
    };
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
