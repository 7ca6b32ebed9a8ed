import type { Stage } from '../devices/device-plan.js';
import { OnnxSession, type GraphRunner, type Inputs, type OutputTensor, type PassedTensor } from './onnx-session.js';
import type { LoadListener } from './load-listener.js';
import type { SessionDevice } from './session-options.js';

/** A graph with its place. */
export interface PlacedModel {
  readonly name: string;
  /** An encoded ModelProto. */
  readonly model: Uint8Array;
  /** Absolute folder below which its initializers' files lie. */
  readonly root: string;
  readonly device: SessionDevice;
  /** See runtimeOptions. */
  readonly threads: number | null;
  readonly stage: Stage;
  /** Stays in memory; else it makes room on its device for other stages. */
  readonly resident: boolean;
}

/** The loaded graphs: those that stay, and on each device those of one stage at a time that take turns. */
export class PlacedSessions {
  private readonly opened = new Map<PlacedModel, Promise<OnnxSession>>();

  /**
   * Loads what stays in memory.
   * @param opening called before each one
   */
  async openResident(models: readonly PlacedModel[], opening: LoadListener['opening']): Promise<void> {
    const resident = models.filter((model) => model.resident);
    for (const [index, model] of resident.entries()) {
      opening(model.name, index + 1, resident.length);
      await this.session(model);
    }
  }

  /** The graph, which is loaded when it is run and isn't in memory. */
  runner(model: PlacedModel): PlacedRunner {
    return new PlacedRunner(() => this.session(model));
  }

  /** Frees everything; what is run afterwards is loaded again. */
  async release(): Promise<void> {
    await this.releaseWhere(() => true);
  }

  private session(model: PlacedModel): Promise<OnnxSession> {
    const known = this.opened.get(model);
    if (known !== undefined) return known;
    const opening = this.open(model);
    this.opened.set(model, opening);
    opening.catch(() => this.opened.delete(model));
    return opening;
  }

  private async open(model: PlacedModel): Promise<OnnxSession> {
    if (!model.resident) await this.releaseWhere((other) => !other.resident && takesTurns(model, other));
    return OnnxSession.create(model.model, model);
  }

  private async releaseWhere(isMeant: (model: PlacedModel) => boolean): Promise<void> {
    const leaving = [...this.opened].filter(([model]) => isMeant(model));
    for (const [model, session] of leaving) {
      this.opened.delete(model);
      await (await session).release();
    }
  }
}

/** A graph that may be loaded only when it is run. */
export class PlacedRunner implements GraphRunner {
  constructor(private readonly session: () => Promise<OnnxSession>) {}

  async run(inputs: Inputs): Promise<OutputTensor> {
    return (await this.session()).run(inputs);
  }

  async runAll(inputs: Inputs): Promise<Readonly<Record<string, PassedTensor>>> {
    return (await this.session()).runAll(inputs);
  }
}

function takesTurns(one: PlacedModel, other: PlacedModel): boolean {
  return one.stage !== other.stage && one.device.kind === other.device.kind && one.device.index === other.device.index;
}
