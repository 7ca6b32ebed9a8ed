import { DOCTOR_COMMAND } from '../../program/command-words.js';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { asOutOfMemory } from './out-of-memory.js';
import { runtimeOptions, type SessionDevice } from './session-options.js';

/** A tensor that goes into a graph: its elements' type is the array's, and bytes are truth values. */
export interface InputTensor {
  readonly data: Float32Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array;
  readonly shape: readonly number[];
}

/** A tensor that comes out of a graph, float32 as all results are that something else than a graph reads. */
export interface OutputTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** One that may go on to another graph: float32, or the bits of float16 values. */
export interface PassedTensor {
  readonly data: Float32Array | Uint16Array;
  readonly shape: readonly number[];
}

/** A graph that can be run. */
export interface GraphRunner {
  /** Runs the graph on named inputs and returns its output. */
  run(inputs: Inputs): Promise<OutputTensor>;
}

export type Inputs = Readonly<Record<string, InputTensor>>;

export interface SessionOptions {
  /** Absolute folder below which the initializers' files lie. */
  readonly root: string;
  readonly device: SessionDevice;
  /** See runtimeOptions. */
  readonly threads?: number | null;
}

/** Float input. */
export const floats = (data: Float32Array, ...shape: number[]): InputTensor => ({ data, shape });

/** Integer input, int64. */
export const integers = (values: Iterable<number>, ...shape: number[]): InputTensor => ({
  data: BigInt64Array.from(values, BigInt),
  shape,
});

/** A truth value. */
export const truth = (value: boolean): InputTensor => ({ data: Uint8Array.of(value ? 1 : 0), shape: [] });

/**
 * One graph, loaded. This file is the only one that imports the runtime. Loading and running block the thread that calls
 * them, which is why they live in a process of their own.
 */
export class OnnxSession implements GraphRunner {
  private constructor(
    private readonly session: InferenceSession,
    private readonly device: SessionDevice,
  ) {}

  /**
   * @param model an encoded ModelProto
   * @throws OutOfMemoryError
   */
  static async create(model: Uint8Array, { root, device, threads = null }: SessionOptions): Promise<OnnxSession> {
    try {
      return new OnnxSession(await InferenceSession.create(model, runtimeOptions(root, device, threads)), device);
    } catch (error) {
      throw asMissingProvider(asOutOfMemory(error, device));
    }
  }

  /** Runs a graph of one output. */
  async run(inputs: Inputs): Promise<OutputTensor> {
    const [output] = Object.values(await this.runAll(inputs));
    if (output === undefined) throw new Error('The graph has no output');
    const { data, shape } = output;
    if (!(data instanceof Float32Array)) throw new Error("The graph's output isn't float32");
    return { data, shape };
  }

  /**
   * Runs the graph on named inputs and returns all of its outputs.
   * @throws OutOfMemoryError
   */
  async runAll(inputs: Inputs): Promise<Readonly<Record<string, PassedTensor>>> {
    const feeds = Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, asTensor(tensor)]));
    const results = await this.session.run(feeds).catch((error: unknown) => {
      throw asOutOfMemory(error, this.device);
    });
    return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, passed(name, tensor)]));
  }

  /** Frees the graph and its weights. */
  async release(): Promise<void> {
    await this.session.release();
  }
}

function asTensor({ data, shape }: InputTensor): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  if (data instanceof Uint16Array) return new Tensor('uint16', data, shape);
  if (data instanceof Int32Array) return new Tensor('int32', data, shape);
  return data instanceof Uint8Array ? new Tensor('bool', data, shape) : new Tensor('int64', data, shape);
}

function passed(name: string, { type, data, dims }: Tensor): PassedTensor {
  if (data instanceof Float32Array) return { data, shape: dims };
  if (type !== 'float16' || !ArrayBuffer.isView(data)) throw new Error(`The graph's output ${name} is ${type}`);
  // An array of the bits or, where Node has one, of the values.
  return { data: new Uint16Array(data.buffer, data.byteOffset, data.length), shape: dims };
}

/** The runtime writes to the standard error which library it didn't find, and says only that something went wrong. */
function asMissingProvider(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.includes('Failed to load shared library')) return error;
  return new Error(`The CUDA provider is installed but can't be loaded: ${DOCTOR_COMMAND} says what it lacks`, {
    cause: error,
  });
}
