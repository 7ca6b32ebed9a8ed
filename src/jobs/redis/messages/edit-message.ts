import { OUTPUT_FORMATS } from '../../../images/encode.js';
import type { EditSettings, OutputSize } from '../../../protocol/edit-settings.js';
import type { EditJob } from '../../edit-job.js';
import { MessageReader } from '../../../redis/message-reader.js';

const MOST_STEPS = 10_000;
const LONGEST_SIDE = 100_000;
const MOST_PICTURES = 10_000;

/**
 * A job as it lies in Redis.
 * @throws MessageError
 */
export function readEditMessage(json: string): EditJob {
  const message = MessageReader.of(json, 'edit');
  return {
    model: message.text('model', 1000),
    settings: readSettings(message.object('settings')),
    n: message.whole('n', 1, MOST_PICTURES),
    outputFormat: message.oneOf('outputFormat', OUTPUT_FORMATS),
    quality: message.whole('quality', 0, 100),
    wantsProgress: message.flag('wantsProgress'),
    inputPictures: message.whole('inputPictures', 0, MOST_PICTURES),
    warnings: message.texts('warnings'),
  };
}

function readSettings(settings: MessageReader): EditSettings {
  return {
    prompt: settings.text('prompt'),
    negativePrompt: settings.text('negativePrompt'),
    size: readSize(settings),
    numInferenceSteps: settings.whole('numInferenceSteps', 1, MOST_STEPS),
    trueCfgScale: settings.number('trueCfgScale', 0, 1e9),
    seed: settings.whole('seed', 0, 2 ** 32 - 1),
    maxSequenceLength: settings.whole('maxSequenceLength', 1, 1e6),
    outputType: settings.oneOf('outputType', ['pil', 'pt']),
    partialImages: settings.whole('partialImages', 0, 100),
    loras: settings.objects('loras').map((lora) => ({
      name: lora.text('name', 1000),
      scale: lora.number('scale', -1e6, 1e6),
    })),
  };
}

function readSize(settings: MessageReader): OutputSize {
  if (settings.has('size', 'auto')) return 'auto';
  const size = settings.object('size');
  return { width: size.whole('width', 1, LONGEST_SIDE), height: size.whole('height', 1, LONGEST_SIDE) };
}
