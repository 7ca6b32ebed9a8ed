import { afterEach, beforeEach, expect } from '@jest/globals';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { type LoraFolder as ReadFolder, readLoraFolder } from '../../src/checkpoint/lora/lora-folder.js';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { checkpointFolder } from './fixtures.js';
import { filled, LoraFolder, type WrittenTensor } from './lora-folder.js';

export type Tensors = Record<string, WrittenTensor>;

/** A layer of innerDim outputs and inputs, and the names of its factors. */
export const TO_Q = 'transformer_blocks.0.attn.to_q';
export const DOWN = `${TO_Q}.lora_A.weight`;
export const UP = `${TO_Q}.lora_B.weight`;

/** A LORA_DIR for each test, and the tiny checkpoint `plain`, for which it is read. */
export class LoraReading {
  private opened: { readonly checkpoint: Checkpoint; readonly folder: LoraFolder } | undefined;

  /** Called outside of tests. */
  constructor() {
    beforeEach(async () => {
      const [checkpoint, folder] = [await openEditCheckpoint(checkpointFolder('plain')), await LoraFolder.create()];
      this.opened = { checkpoint, folder };
    });
    afterEach(() => this.opened?.folder.remove());
  }

  get checkpoint(): Checkpoint {
    return this.current.checkpoint;
  }

  get folder(): LoraFolder {
    return this.current.folder;
  }

  get width(): number {
    return this.checkpoint.transformer.config.innerDim;
  }

  read(): Promise<ReadFolder> {
    return readLoraFolder(this.folder.path, this.checkpoint);
  }

  /** Both factors of a layer of innerDim outputs and inputs under a trainer's names. */
  pair(down = DOWN, up = UP, rank = 2): Tensors {
    return { [down]: filled([rank, this.width]), [up]: filled([this.width, rank]) };
  }

  /** Why a file of these tensors, the only one, isn't served; null when it is. */
  async refusal(tensors: Tensors, metadata?: Record<string, string>): Promise<string | null> {
    await this.folder.writeTensors('style.safetensors', tensors, metadata);
    const { loras, infos, warnings } = await this.read();
    const refused = infos[0]?.refused ?? null;
    if (refused !== null) {
      expect(loras).toEqual([]);
      expect(warnings).toEqual([`The LoRA "style" is not served: ${refused}`]);
      expect(refused).toMatch(/^style\.safetensors/);
      expect(refused).not.toMatch(/\n/);
    }
    return refused;
  }

  private get current(): { readonly checkpoint: Checkpoint; readonly folder: LoraFolder } {
    if (this.opened === undefined) throw new Error('A checkpoint is opened before each test');
    return this.opened;
  }
}
