import { join } from 'node:path';
import {
  type ChannelCredentials,
  type Client,
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition, type PackageDefinition } from '@grpc/proto-loader';
import type { TestServer } from './server.js';

/** A client's own reading of the published files: nothing of the service's code is used. */
const PROTO = join(import.meta.dirname, '..', '..', 'proto');
const OPTIONS = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true, includeDirs: [PROTO] };
const DEFINITION = loadSync(['image_edits.proto', 'google/rpc/error_details.proto'], OPTIONS);

function editsClient(definition: PackageDefinition): ServiceClientConstructor {
  const loaded = loadPackageDefinition(definition) as unknown;
  return (loaded as { imageedits: { v1: { ImageEdits: ServiceClientConstructor } } }).imageedits.v1.ImageEdits;
}

type Message = Readonly<Record<string, unknown>>;

export interface EditEvent extends Message {
  readonly event: 'accepted' | 'queued' | 'started' | 'progress' | 'preview' | 'result' | 'completed';
  readonly number: number;
  readonly accepted?: { readonly job_id: string };
  readonly queued?: { readonly position: number };
  readonly progress?: Readonly<Record<string, number>>;
  readonly preview?: Picture;
  readonly result?: Picture & { readonly seed: number; readonly input_index: number; readonly warnings: string[] };
  readonly completed?: Message & { readonly warnings: readonly string[] };
}

interface Picture {
  readonly data: Buffer;
  readonly output_format: string;
  readonly width: number;
  readonly height: number;
  readonly image: number;
}

export interface GrpcOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout?: number;
}

type UnaryCall = (
  request: Message,
  metadata: Metadata,
  options: object,
  callback: (error: ServiceError | null, answer?: Message) => void,
) => { on(event: 'metadata', listener: (metadata: Metadata) => void): void };
type StreamCall = (request: Message, metadata: Metadata, options: object) => ClientReadableStream<EditEvent>;

/** Where a server's gRPC is. */
export function grpcAddress(server: TestServer): string {
  return /gRPC is served on (\S+:\d+)/.exec(server.log)?.[1] ?? 'nowhere';
}

/** A client as any user makes one of proto/image_edits.proto. */
export class GrpcClient {
  private readonly client: Client & Readonly<Record<string, UnaryCall & StreamCall>>;

  /** @param folder of the .proto files */
  constructor(
    address: string,
    channel: ChannelCredentials = credentials.createInsecure(),
    options: object = {},
    folder = PROTO,
  ) {
    const definition = loadSync('image_edits.proto', { ...OPTIONS, includeDirs: [folder] });
    const limits = { 'grpc.max_receive_message_length': -1, 'grpc.use_local_subchannel_pool': 1 };
    const EditsClient = editsClient(definition);
    this.client = new EditsClient(address, channel, { ...limits, ...options }) as unknown as typeof this.client;
  }

  /** A stream, Edit's unless told otherwise. */
  open(
    request: Message,
    { metadata = {}, timeout }: GrpcOptions = {},
    method = 'Edit',
  ): ClientReadableStream<EditEvent> {
    const call = this.client[method]?.bind(this.client) as StreamCall;
    const stream = call(request, metadataOf(metadata), timeout === undefined ? {} : { deadline: Date.now() + timeout });
    // Who reads it gets it again.
    stream.on('error', () => undefined);
    return stream;
  }

  /** All events of a stream. @throws GrpcFailure */
  async all(request: Message, options: GrpcOptions = {}, method = 'Edit'): Promise<EditEvent[]> {
    const events: EditEvent[] = [];
    try {
      for await (const event of this.open(request, options, method)) events.push(event as EditEvent);
    } catch (error) {
      throw new GrpcFailure(error as ServiceError);
    }
    return events;
  }

  /** @throws GrpcFailure */
  unary(method: string, request: Message = {}, { metadata = {} }: GrpcOptions = {}): Promise<Message> {
    const call = this.client[method]?.bind(this.client) as UnaryCall;
    return new Promise((resolve, reject) => {
      call(request, metadataOf(metadata), {}, (error, answer = {}) => {
        if (error === null) resolve(answer);
        else reject(new GrpcFailure(error));
      });
    });
  }

  close(): void {
    this.client.close();
  }
}

function metadataOf(entries: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value);
  return metadata;
}

/** A status that isn't OK, with its details by their types' names. */
export class GrpcFailure extends Error {
  readonly status: string;
  readonly text: string;
  readonly requestId: string | undefined;
  readonly details: Readonly<Record<string, Message>>;

  constructor({ code, details, metadata }: ServiceError) {
    super(`${status[code]}: ${details}`);
    this.status = status[code];
    this.text = details;
    this.requestId = metadata.get('x-request-id')[0]?.toString();
    const [bytes] = metadata.get('grpc-status-details-bin');
    this.details = bytes === undefined ? {} : detailsOf(Buffer.from(bytes));
  }

  get reason(): unknown {
    return this.details['ErrorInfo']?.['reason'];
  }
}

function detailsOf(bytes: Buffer): Record<string, Message> {
  const { details } = read('google.rpc.Status', bytes) as {
    readonly details: readonly { readonly type_url: string; readonly value: Buffer }[];
  };
  return Object.fromEntries(
    details.map(({ type_url: url, value }) => {
      const name = url.replace('type.googleapis.com/', '');
      return [name.replace('google.rpc.', ''), read(name, value)];
    }),
  );
}

function read(name: string, bytes: Buffer): Message {
  return (DEFINITION[name] as MessageTypeDefinition<Message, Message>).deserialize(bytes);
}

/** What a promise fails with. */
export async function failure(call: Promise<unknown>): Promise<GrpcFailure> {
  const outcome: unknown = await call.then(
    () => new Error('The call has succeeded'),
    (error: unknown) => error,
  );
  if (outcome instanceof GrpcFailure) return outcome;
  throw outcome;
}
