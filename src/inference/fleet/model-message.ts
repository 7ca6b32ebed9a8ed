import type { SizeRules } from '../../images/output-size.js';
import { PRECISIONS } from '../../protocol/device-settings.js';
import type { OutputSize } from '../../protocol/edit-settings.js';
import type { LoraInfo } from '../../protocol/lora.js';
import type { ExamplePicture, LocalText, ModelExample, ModelInfo, SuggestionGroup } from '../../protocol/model-info.js';
import { MessageReader } from '../../redis/message-reader.js';

const MOST = Number.MAX_SAFE_INTEGER;
const EXAMPLE_MEDIA_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;
/** In characters: a checkpoint's example has 256 KiB at most. */
const LONGEST_EXAMPLE = 400_000;

/** What a worker says of the model that it serves. JSON has no infinity: null stands for it. */
export function writeModel(model: ModelInfo): string {
  return JSON.stringify(model);
}

/** The same as it lies in Redis. @throws MessageError */
export function readModel(json: string): ModelInfo {
  const model = MessageReader.of(json, 'model');
  const defaults = model.object('defaults');
  const maxReferences = model.whole('maxReferences', 1, 1000);
  return {
    id: model.text('id', 1000),
    contentKey: model.orNull('contentKey', (name) => model.text(name, 200)),
    pipelineClass: model.text('pipelineClass', 1000),
    sizeRules: readSizeRules(model.object('sizeRules')),
    maxReferences,
    // Older workers don't say it.
    mayTakeSeveral: model.has('mayTakeSeveral', undefined) ? maxReferences > 1 : model.flag('mayTakeSeveral'),
    defaults: {
      size: readSize(defaults),
      numInferenceSteps: defaults.whole('numInferenceSteps', 1, 10_000),
      trueCfgScale: defaults.number('trueCfgScale', 0, MOST),
    },
    maxTrueCfgScale: bound(model, 'maxTrueCfgScale'),
    suggestions: model.objects('suggestions').map(readSuggestions),
    examples: model.objects('examples').map(readExample),
    notice: model.orNull('notice', (name) => readLocalText(model.object(name))),
    loras: model.objects('loras').map(readLora),
    specialTokens: model.texts('specialTokens', 1000),
    device: model.oneOf('device', ['cpu', 'cuda']),
    precision: model.oneOf('precision', PRECISIONS),
    placement: model.texts('placement'),
    warnings: model.texts('warnings'),
  };
}

function readSizeRules(rules: MessageReader): SizeRules {
  const range = rules.object('range');
  return {
    conditionAreas: rules.numbers('conditionAreas', 1, MOST),
    conditionFollowsSize: rules.flag('conditionFollowsSize'),
    nativeArea: rules.number('nativeArea', 1, MOST),
    range: {
      minArea: range.number('minArea', 0, MOST),
      maxArea: bound(range, 'maxArea'),
      maxSide: bound(range, 'maxSide'),
    },
    multiple: rules.whole('multiple', 1, 100_000),
  };
}

function readLora(lora: MessageReader): LoraInfo {
  const defaults = lora.object('defaults');
  return {
    name: lora.text('name', 1000),
    description: lora.orNull('description', (name) => lora.text(name)),
    defaultScale: lora.number('defaultScale', -1000, 1000),
    defaults: {
      ...(defaults.has('numInferenceSteps', undefined)
        ? {}
        : { numInferenceSteps: defaults.whole('numInferenceSteps', 1, 10_000) }),
      ...(defaults.has('trueCfgScale', undefined) ? {} : { trueCfgScale: defaults.number('trueCfgScale', 0, MOST) }),
    },
    refused: lora.orNull('refused', (name) => lora.text(name)),
  };
}

function readSuggestions(group: MessageReader): SuggestionGroup {
  return {
    kind: group.orNull('kind', (name) => readLocalText(group.object(name))),
    prompts: group.texts('prompts'),
  };
}

function readExample(example: MessageReader): ModelExample {
  return {
    prompt: readLocalText(example.object('prompt')),
    before: readExamplePicture(example.object('before')),
    after: readExamplePicture(example.object('after')),
  };
}

/** Browsers get it by its media type, so that it must be a picture's. */
function readExamplePicture(picture: MessageReader): ExamplePicture {
  return {
    name: picture.text('name', 1000),
    mediaType: picture.oneOf('mediaType', EXAMPLE_MEDIA_TYPES),
    base64: picture.text('base64', LONGEST_EXAMPLE),
  };
}

function readLocalText(text: MessageReader): LocalText {
  return { en: text.text('en'), zh: text.text('zh') };
}

function readSize(settings: MessageReader): OutputSize {
  if (settings.has('size', 'auto')) return 'auto';
  const size = settings.object('size');
  return { width: size.whole('width', 1, 1e6), height: size.whole('height', 1, 1e6) };
}

function bound(message: MessageReader, name: string): number {
  return message.orNull(name, () => message.number(name, 0, MOST)) ?? Infinity;
}
