import type { EditAnswer } from './edit-answer.js';

/** A multiple of 3, so that the pieces' base64 joins without padding in between. */
const PIECE_BYTES = 3 * 2 ** 18;

/** An answer's JSON in pieces, and its length in bytes. */
export interface JsonBody {
  readonly length: number;
  pieces(): AsyncGenerator<string>;
}

/**
 * Writes the JSON piece by piece: results may be hundreds of megabytes, and making one string of them would hold up every
 * other request of the process meanwhile.
 */
export function answerJson(answer: EditAnswer): JsonBody {
  const texts = frame(answer);
  const textLength = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const base64Length = answer.results.reduce((sum, { bytes }) => sum + 4 * Math.ceil(bytes.length / 3), 0);
  return { length: textLength + base64Length, pieces: () => interleave(texts, answer) };
}

/** The JSON text around the results' base64: one text before each result, and one after the last. */
function frame(answer: EditAnswer): string[] {
  const { textTokens, imageTokens, outputTokens } = answer.usage;
  const inputTokens = textTokens + imageTokens;
  const tail = JSON.stringify({
    usage: {
      processing_time_seconds: processingSeconds(answer),
      input_images: answer.inputPictures,
      generated_images: answer.results.length,
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
      input_tokens_details: { text_tokens: textTokens, image_tokens: imageTokens },
    },
    output_format: answer.outputFormat,
    size: answer.size,
    warnings: answer.warnings,
  });
  const ends = answer.results.map(({ seed, inputIndex }) => `","seed":${seed},"input_index":${inputIndex}}`);
  const begins = answer.results.map(
    (_, index) => `${index === 0 ? `{"created":${answer.created},"data":[` : ','}{"b64_json":"`,
  );
  const between = begins.map((begin, index) => (ends[index - 1] ?? '') + begin);
  return [...between, `${ends.at(-1) ?? ''}],${tail.slice(1)}`];
}

/** Model time over all stages, to the millisecond. */
function processingSeconds({ stageSeconds: { text, encode, denoise, decode } }: EditAnswer): number {
  return Math.round((text + encode + denoise + decode) * 1000) / 1000;
}

async function* interleave(texts: readonly string[], { results }: EditAnswer): AsyncGenerator<string> {
  for (const [index, text] of texts.entries()) {
    yield text;
    const bytes = results[index]?.bytes;
    if (bytes === undefined) continue;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let begin = 0; begin < buffer.length; begin += PIECE_BYTES) {
      yield buffer.toString('base64', begin, begin + PIECE_BYTES);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
