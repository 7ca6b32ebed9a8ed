import type { LoraPair } from '../../checkpoint/lora/lora-file.js';
import type { Lora } from '../../checkpoint/lora/lora-folder.js';

/** A LoRA's share of the ranks that a layer's LoRAs have together. */
export interface LayoutMember {
  /** The LoRA's name. */
  readonly lora: string;
  readonly rank: number;
  /** What its file scales its product by. */
  readonly scale: number;
}

/** How the ranks of a layer's LoRAs lie one behind the other; many layers have the same. Its graph inputs carry its number. */
export interface LoraLayout {
  readonly number: number;
  readonly members: readonly LayoutMember[];
}

/** One LoRA's factors in a layer. */
export interface StackedPair {
  readonly lora: string;
  readonly pair: LoraPair;
  /** The file, seen from the session's folder for external data. */
  readonly location: string;
}

/** A layer's LoRAs: what they add to it is one product over all of their ranks. */
export interface LoraStack {
  readonly layout: LoraLayout;
  /** As the layout's members. */
  readonly pairs: readonly [StackedPair, ...StackedPair[]];
}

/** What the LoRAs that can be used add to a transformer's linear layers. */
export class LoraStacks {
  private readonly layouts = new Map<string, LoraLayout>();
  private readonly stacks = new Map<string, LoraStack>();

  /** @param locate a LoRA's file, seen from the session's folder for external data */
  constructor(loras: readonly Lora[], locate: (lora: Lora) => string) {
    const pairs = new Map<string, [StackedPair, ...StackedPair[]]>();
    for (const lora of loras) {
      for (const [module, pair] of lora.pairs) {
        const stacked = { lora: lora.name, pair, location: locate(lora) };
        const others = pairs.get(module);
        if (others === undefined) pairs.set(module, [stacked]);
        else others.push(stacked);
      }
    }
    for (const [module, own] of pairs) this.stacks.set(module, { layout: this.layoutOf(own), pairs: own });
  }

  /** What the layer of that name has; undefined where no LoRA changes it. */
  stackOf(module: string): LoraStack | undefined {
    return this.stacks.get(module);
  }

  /** Every layout that some layer has. */
  allLayouts(): readonly LoraLayout[] {
    return [...this.layouts.values()];
  }

  private layoutOf(pairs: readonly StackedPair[]): LoraLayout {
    const members = pairs.map(({ lora, pair: { rank, scale } }) => ({ lora, rank, scale }));
    const key = JSON.stringify(members);
    const layout = this.layouts.get(key) ?? { number: this.layouts.size, members };
    this.layouts.set(key, layout);
    return layout;
  }
}
