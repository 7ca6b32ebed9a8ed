import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { PACKAGE_VERSION } from '../program/program-files.js';
import { PICTURE_STAGES, type StageSeconds } from '../protocol/picture.js';
import { measureEventLoopLag } from './event-loop-lag.js';
import { addRedisFaults, type RedisFaultFigures } from './redis-faults.js';
import { residentBytes } from './resident-memory.js';

const CANCEL_REASONS = ['client_gone', 'deleted', 'timeout', 'shutdown'] as const;
/** Why work was given up before it was done. */
export type CancelReason = (typeof CANCEL_REASONS)[number];

/** What is told of an engine when it is asked for. */
interface EngineFigures {
  readonly name: string;
  readonly pid: number | undefined;
  readonly isReady: boolean;
  /** Id of what it makes pictures with; null while it makes none. */
  readonly model: string | null;
}

/** From a tiny checkpoint's milliseconds to minutes of a published one on a CPU. */
const MODEL_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const WAIT_SECONDS = [0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
const ANSWER_SECONDS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600];
const LAG_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1];

/** Every figure that GET /metrics tells: a part of the service that knows one reports it here. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];

  private readonly requests = new Counter({
    name: 'qwen_edit_http_requests_total',
    help: 'Requests that have ended, by route, status and error code (none: no error)',
    labelNames: ['method', 'route', 'status', 'code'] as const,
    registers: this.registers,
  });
  private readonly requestSeconds = new Histogram({
    name: 'qwen_edit_http_request_duration_seconds',
    help: "From a request's headers to its answer's end",
    labelNames: ['route'] as const,
    buckets: ANSWER_SECONDS,
    registers: this.registers,
  });
  private readonly requestsInFlight = new Gauge({
    name: 'qwen_edit_http_requests_in_flight',
    help: 'Requests that are being read or answered; a stream is until its end',
    registers: this.registers,
  });
  private readonly calls = new Counter({
    name: 'qwen_edit_grpc_calls_total',
    help: 'gRPC calls that have ended, by method, gRPC status and error code (none: no error)',
    labelNames: ['method', 'status', 'code'] as const,
    registers: this.registers,
  });
  private readonly callSeconds = new Histogram({
    name: 'qwen_edit_grpc_call_duration_seconds',
    help: "From a gRPC call's metadata to its status; a stream's is its whole length",
    labelNames: ['method'] as const,
    buckets: ANSWER_SECONDS,
    registers: this.registers,
  });
  private readonly callsInFlight = new Gauge({
    name: 'qwen_edit_grpc_calls_in_flight',
    help: 'gRPC calls that are being read or answered',
    registers: this.registers,
  });
  private readonly waitSeconds = new Histogram({
    name: 'qwen_edit_queue_wait_seconds',
    help: 'How long jobs waited until their first picture was begun',
    buckets: WAIT_SECONDS,
    registers: this.registers,
  });
  private readonly stageSeconds = new Histogram({
    name: 'qwen_edit_stage_duration_seconds',
    help: 'Model time of one picture by stage (text, encode, denoise, decode); stages whose result was kept take none',
    labelNames: ['stage', 'engine'] as const,
    buckets: MODEL_SECONDS,
    registers: this.registers,
  });
  private readonly stepSeconds = new Histogram({
    name: 'qwen_edit_step_duration_seconds',
    help: 'One denoising step, from the second of each picture on',
    labelNames: ['engine'] as const,
    buckets: MODEL_SECONDS,
    registers: this.registers,
  });
  private readonly pictures = new Counter({
    name: 'qwen_edit_pictures_total',
    help: 'Pictures that were made',
    labelNames: ['engine'] as const,
    registers: this.registers,
  });
  private redisFaults: () => readonly RedisFaultFigures[] = () => [];
  private readonly cancels = new Counter({
    name: 'qwen_edit_cancels_total',
    help: 'Jobs that were given up before they were done, by reason (client_gone, deleted, timeout, shutdown)',
    labelNames: ['reason'] as const,
    registers: this.registers,
  });
  private readonly restarts = new Counter({
    name: 'qwen_edit_engine_restarts_total',
    help: 'Engine processes that ended unasked and were started again',
    labelNames: ['engine'] as const,
    registers: this.registers,
  });

  constructor() {
    new Gauge({
      name: 'qwen_edit_build_info',
      help: 'Always 1; the version is its label',
      labelNames: ['version'] as const,
      registers: this.registers,
    }).set({ version: PACKAGE_VERSION }, 1);
    for (const reason of CANCEL_REASONS) this.cancels.inc({ reason }, 0);
    const lag = new Histogram({
      name: 'qwen_edit_event_loop_lag_seconds',
      help: "How late the API process' timers are, sampled ten times a second",
      buckets: LAG_SECONDS,
      registers: this.registers,
    });
    measureEventLoopLag((seconds) => lag.observe(seconds));
    addRedisFaults(this.registers, () => this.redisFaults());
  }

  /** Metrics in Prometheus' text format, and its media type. */
  async text(): Promise<{ text: string; type: string }> {
    return { text: await this.registry.metrics(), type: this.registry.contentType };
  }

  /** To be followed by requestEnded. */
  requestStarted(): void {
    this.requestsInFlight.inc();
  }

  /** `code` is the answer's error code. */
  requestEnded(method: string, route: string, status: number, code: string | null, seconds: number): void {
    this.requestsInFlight.dec();
    this.requests.inc({ method, route, status, code: code ?? 'none' });
    this.requestSeconds.observe({ route }, seconds);
  }

  /** To be followed by callEnded. */
  callStarted(): void {
    this.callsInFlight.inc();
  }

  /** `status` is gRPC's, `code` the error's. */
  callEnded(method: string, status: string, code: string | null, seconds: number): void {
    this.callsInFlight.dec();
    this.calls.inc({ method, status, code: code ?? 'none' });
    this.callSeconds.observe({ method }, seconds);
  }

  /** A job's first picture is given to an engine, after so long a wait in line. */
  jobStarted(waitedSeconds: number): void {
    this.waitSeconds.observe(waitedSeconds);
  }

  /** There is an engine of this name: its figures count from 0 on. */
  engineAdded(engine: string): void {
    this.pictures.inc({ engine }, 0);
    this.restarts.inc({ engine }, 0);
    this.stepSeconds.zero({ engine });
  }

  /** To be called after each step of one picture that the engine makes. */
  stepWatch(engine: string): () => void {
    let last: number | null = null;
    return () => {
      const now = performance.now();
      // The first has the preparations in it.
      if (last !== null) this.stepSeconds.observe({ engine }, (now - last) / 1000);
      last = now;
    };
  }

  /** @param seconds model time of the picture */
  pictureMade(engine: string, seconds: StageSeconds): void {
    this.pictures.inc({ engine });
    for (const stage of PICTURE_STAGES) this.stageSeconds.observe({ stage, engine }, seconds[stage]);
  }

  /** A job was given up before it was done. */
  cancelled(reason: CancelReason): void {
    this.cancels.inc({ reason });
  }

  /** An engine process has ended unasked. */
  engineRestarted(engine: string): void {
    this.restarts.inc({ engine });
  }

  /**
   * What is measured is asked at each scrape.
   * @param limit jobs that may wait for their turn
   * @param depth jobs that wait for their turn
   * @param running pictures that engines are making
   */
  measureQueue(limit: number, depth: () => number | Promise<number>, running: () => number | Promise<number>): void {
    new Gauge({
      name: 'qwen_edit_queue_limit_jobs',
      help: 'Jobs that may wait for their turn (QUEUE_LIMIT)',
      registers: this.registers,
    }).set(limit);
    new Gauge({
      name: 'qwen_edit_queue_depth_jobs',
      help: 'Jobs that wait for their turn',
      registers: this.registers,
      async collect() {
        this.set(await depth());
      },
    });
    new Gauge({
      name: 'qwen_edit_pictures_in_flight',
      help: 'Pictures that are being made',
      registers: this.registers,
      async collect() {
        this.set(await running());
      },
    });
  }

  /**
   * Of a process that shares its jobs by Redis; asked at each scrape.
   * @param faults commands that Redis has not done, and whether it is so now, by what is wrong
   */
  measureRedis(faults: () => readonly RedisFaultFigures[]): void {
    this.redisFaults = faults;
  }

  /** `held` is asked at each scrape: bytes of uploads and of the pictures of jobs that aren't done. */
  measureUploads(held: () => number): void {
    new Gauge({
      name: 'qwen_edit_upload_held_bytes',
      help: 'Bytes of uploads, and of the pictures of jobs that are not done (UPLOADS_MAX_MB bounds them)',
      registers: this.registers,
      collect() {
        this.set(held());
      },
    });
  }

  /** `figures` are asked at each scrape. */
  measureEngines(figures: () => readonly EngineFigures[]): void {
    new Gauge({
      name: 'qwen_edit_model_ready',
      help: '1 when edits are served, else 0',
      registers: this.registers,
      collect() {
        this.set(figures().some(({ isReady }) => isReady) ? 1 : 0);
      },
    });
    new Gauge({
      name: 'qwen_edit_engine_ready',
      help: '1 when the engine can make pictures, else 0',
      labelNames: ['engine'] as const,
      registers: this.registers,
      collect() {
        for (const { name, isReady } of figures()) this.set({ engine: name }, isReady ? 1 : 0);
      },
    });
    new Gauge({
      name: 'qwen_edit_engine_model_info',
      help: 'Always 1; which model the engine makes pictures with is its label',
      labelNames: ['engine', 'model'] as const,
      registers: this.registers,
      collect() {
        this.reset();
        for (const { name, model } of figures()) if (model !== null) this.set({ engine: name, model }, 1);
      },
    });
    new Gauge({
      name: 'qwen_edit_resident_memory_bytes',
      help: "The processes' resident memory (the engines' on Linux alone; weights that several map count in each)",
      labelNames: ['process', 'engine'] as const,
      registers: this.registers,
      async collect() {
        const engines = figures();
        const resident = await Promise.all(engines.map(({ pid }) => residentBytes(pid)));
        this.reset();
        this.set({ process: 'api' }, process.memoryUsage.rss());
        for (const [index, { name }] of engines.entries()) {
          const bytes = resident[index] ?? null;
          if (bytes !== null) this.set({ process: 'engine', engine: name }, bytes);
        }
      },
    });
  }
}
