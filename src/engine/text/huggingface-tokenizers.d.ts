/**
 * What the engine uses of the library. Its own declarations import each other without file extensions, which TypeScript
 * doesn't follow in ES modules: everything would be `any`.
 */
declare module '@huggingface/tokenizers' {
  export class Tokenizer {
    /**
     * @param tokenizer as tokenizer.json has it
     * @param config as tokenizer_config.json has it
     */
    constructor(tokenizer: object, config: object);
    encode(text: string): { ids: number[] };
  }
}
