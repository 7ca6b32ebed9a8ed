import { InferenceSession, Tensor } from 'onnxruntime-node';

/** A tensor that goes into a graph: floats are float32, integers int64. */
export interface InputTensor {
  readonly data: Float32Array | BigInt64Array;
  readonly shape: readonly number[];
}

/** A tensor that comes out of a graph, float32 as every graph's results are. */
export interface OutputTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface SessionOptions {
  /** Absolute folder below which the initializers' files lie. */
  readonly root: string;
}

/** Float input. */
export const floats = (data: Float32Array, ...shape: number[]): InputTensor => ({ data, shape });

/** Integer input. */
export const integers = (values: Iterable<number>, ...shape: number[]): InputTensor => ({
  data: BigInt64Array.from(values, BigInt),
  shape,
});

/**
 * One graph, loaded. This file is the only one that imports the runtime. Loading and running block the thread that calls
 * them, which is why they live in a process of their own.
 */
export class OnnxSession {
  private constructor(
    private readonly session: InferenceSession,
    private readonly outputName: string,
  ) {}

  /** @param model an encoded ModelProto with one output */
  static async create(model: Uint8Array, options: SessionOptions): Promise<OnnxSession> {
    const session = await InferenceSession.create(model, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      extra: { session: { model_external_initializers_file_folder_path: options.root } },
    });
    const [outputName] = session.outputNames;
    if (outputName === undefined) throw new Error('The graph has no output');
    return new OnnxSession(session, outputName);
  }

  /** Runs the graph on named inputs and returns its output. */
  async run(inputs: Readonly<Record<string, InputTensor>>): Promise<OutputTensor> {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { data, shape }]) => [
        name,
        data instanceof Float32Array ? new Tensor('float32', data, shape) : new Tensor('int64', data, shape),
      ]),
    );
    const results = await this.session.run(feeds);
    const output = results[this.outputName];
    if (!(output?.data instanceof Float32Array)) throw new Error(`The graph's output ${this.outputName} isn't float32`);
    return { data: output.data, shape: output.dims };
  }

  /** Frees the graph and its weights. */
  async release(): Promise<void> {
    await this.session.release();
  }
}
