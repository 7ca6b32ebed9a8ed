import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import type { OutputFormat } from '../../images/encode.js';
import type { OutputSize, OutputType } from '../../protocol/edit-settings.js';
import { AnyTextField, BooleanField, ChoiceField, NumberField, WholeNumberField } from './field-decorators.js';
import { type ContextualFields, type FieldContext, FieldRule } from './field-rule.js';
import {
  MAX_PROMPT_CHARACTERS,
  modelFault,
  negativePromptFault,
  promptFault,
  sizeFault,
  stepsFault,
} from './field-faults.js';
import { loraFault } from './lora/lora-faults.js';
import { MAX_LORA_SCALE, MAX_LORAS, type NamedLoras, parseLoras } from './lora/named-loras.js';
import { parseSize, parseWholeNumber } from './parse-text.js';

export const LORA_DESCRIPTION =
  'LoRAs that the edit uses, by their names in GET /v1/models: a name, NAME:SCALE, {"name": …, "scale": …} in JSON, or an array of ' +
  `up to ${MAX_LORAS} of them. Scales go from ${-MAX_LORA_SCALE} to ${MAX_LORA_SCALE}; without one a LoRA has its own default, mostly 1`;
/** Wide enough that no edge is seen, and narrow enough that the area is changed nearly to its edge. */
export const DEFAULT_MASK_FEATHER = 8;

/**
 * The text fields of an edit, typed. They are checked in the order in which they stand here; the first fault is answered.
 * A field that is absent and whose default is the checkpoint's own stays undefined.
 */
export class EditFields implements ContextualFields {
  readonly context!: FieldContext;

  @ApiProperty({
    type: String,
    maxLength: MAX_PROMPT_CHARACTERS,
    description: 'What to change',
    example: 'Turn this photo black and white',
  })
  @FieldRule(promptFault)
  readonly prompt!: string;

  @WholeNumberField('n', {
    minimum: 1,
    maximum: 10,
    default: 1,
    description: 'Variants of each input (with `image`: of the edit); variant j is made from seed (seed + j) mod 2^32',
  })
  readonly n: number = 1;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 150,
    default: 50,
    description: "Denoising steps; a checkpoint may have a default of its own. The maximum is the service's MAX_STEPS",
  })
  @Transform(({ value }) => parseWholeNumber(value))
  @FieldRule(stepsFault, 'number')
  readonly num_inference_steps?: number;

  @ChoiceField(
    'output_type',
    ['pil', 'pt'],
    'pil',
    'pil: a picture. pt: a file for torch.load, float32 [3, height, width] in 0–1',
  )
  readonly output_type: OutputType = 'pil';

  @ApiPropertyOptional({
    type: String,
    default: '1024x1024',
    example: '1024x1024',
    description:
      "WIDTHxHEIGHT, the result's exact size (made at the nearest size that the model makes well, and resized), or auto: the input's aspect at the model's native area. A checkpoint may have a default of its own",
  })
  @Transform(({ value }) => parseSize(value))
  @FieldRule(sizeFault)
  readonly size?: OutputSize;

  @ApiPropertyOptional({
    type: String,
    maxLength: MAX_PROMPT_CHARACTERS,
    description: 'What the result should not be like; absent means a single space. Used when true_cfg_scale > 1',
  })
  @FieldRule(negativePromptFault)
  readonly negative_prompt?: string;

  @NumberField('guidance_scale', {
    minimum: 0,
    description: 'For guidance-distilled checkpoints; others ignore it with a warning, see true_cfg_scale',
  })
  readonly guidance_scale?: number;

  @NumberField('true_cfg_scale', {
    minimum: 0,
    default: 4,
    description:
      'Classifier-free guidance; at most 1 turns it off and halves the work. A checkpoint may have a default of its own',
  })
  readonly true_cfg_scale?: number;

  @ApiPropertyOptional({ type: String, description: LORA_DESCRIPTION })
  @Transform(({ value }) => parseLoras(value))
  @FieldRule(loraFault, 'json')
  readonly lora?: NamedLoras;

  @WholeNumberField('max_sequence_length', {
    minimum: 1,
    maximum: 1024,
    default: 512,
    description: 'The most tokens that a prompt may have; a longer one is refused, never cut',
  })
  readonly max_sequence_length: number = 512;

  @WholeNumberField('mask_feather', {
    minimum: 0,
    maximum: 64,
    default: DEFAULT_MASK_FEATHER,
    description: 'Pixels of the result over which the edit fades in, inside the area that `mask` lets change',
  })
  readonly mask_feather?: number;

  @WholeNumberField('seed', {
    minimum: 0,
    maximum: 4_294_967_295,
    description: 'Random when absent. The same seed, inputs and checkpoint give the same picture',
  })
  readonly seed?: number;

  @ChoiceField('output_format', ['png', 'jpeg', 'webp'], 'png', 'File format of the results')
  readonly output_format: OutputFormat = 'png';

  @WholeNumberField('output_compression', {
    minimum: 0,
    maximum: 100,
    default: 100,
    description: 'Quality of jpeg and webp',
  })
  readonly output_compression?: number;

  @ChoiceField('response_format', ['b64_json'], 'b64_json', 'Results come inside the JSON answer')
  readonly response_format: string = 'b64_json';

  @BooleanField('stream', 'Answer with server-sent events: previews, and each result as soon as it is there')
  readonly stream: boolean = false;

  @WholeNumberField('partial_images', {
    minimum: 0,
    maximum: 3,
    default: 0,
    description: 'Previews of each result in a stream or a job; fewer where there are fewer steps',
  })
  readonly partial_images: number = 0;

  @BooleanField('progress', "Adds the service's own events to a stream: the place in the queue, and every step")
  readonly progress: boolean = false;

  @ApiPropertyOptional({
    type: String,
    description:
      "The served model's id (GET /v1/models), alone or behind an organisation (Qwen/Qwen-Image-Edit), the name of one of its LoRAs, or that of an OpenAI image model",
  })
  @FieldRule(modelFault)
  readonly model?: string;

  @AnyTextField("OpenAI's; accepted. A transparent background is not made, and said so in `warnings`")
  readonly background?: string;

  @AnyTextField("OpenAI's; accepted without effect, and said so in `warnings`: see num_inference_steps")
  readonly quality?: string;

  @AnyTextField("OpenAI's; accepted without effect, and said so in `warnings`")
  readonly input_fidelity?: string;

  @AnyTextField("OpenAI's; accepted: nothing is moderated")
  readonly moderation?: string;

  @AnyTextField("OpenAI's; accepted, not used")
  readonly user?: string;

  @AnyTextField("OpenAI's; accepted, not used")
  readonly safety_identifier?: string;
}
