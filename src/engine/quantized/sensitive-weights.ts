import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { FINER_BLOCKS, sensitiveBytes, type SensitiveWeights } from '../../graph/quantization/linear-recipe.js';
import type { BlockFormat } from '../../graph/quantization/linear-format.js';
import type { PlacedWeight } from '../../graph/quantization/quantized-layout.js';
import { channelRounding } from './channel-rounding.js';
import { floatRows } from './float-rows.js';
import { roundingChange } from './rounding-change.js';

/** What integers with one scale for each output may do to a weight: a normal spread changes by 0.7 to 1 % and reads a third of the inputs. */
const CHANNELS = { mostChange: 0.012, leastRead: 0.05 };

/** The most that rounding to blocks of so many bits may change an input's or an output's share of a weight: just above a normal spread's at 4 bits, six times that at 8. */
const MOST_CHANGE_BLOCKS = { 4: 0.1, 8: 0.03 };

/** A weight in blocks, and how much rounding changes it. */
interface BlockWeight {
  readonly weight: PlacedWeight;
  readonly bits: BlockFormat['bits'];
  readonly change: number;
}

/**
 * The transformer's weights that few bits don't hold well enough. Those whose inputs would be rounded, too, stay whole. Of those
 * in blocks the most changed come first: they get 8 bits instead of 4, or stay whole where 8 are too few, as long as all of them
 * together don't grow by more than sensitiveBytes.
 * @param root folder of the checkpoint's files
 * @param onMeasured called after each weight with how many are done
 */
export async function sensitiveWeights(
  weights: readonly PlacedWeight[],
  root: string,
  onMeasured: (done: number) => void,
): Promise<SensitiveWeights> {
  const sources = new Sources(root);
  const kept: string[] = [];
  const blocks: BlockWeight[] = [];
  try {
    for (const [index, weight] of weights.entries()) {
      const { format } = weight;
      if (weight.component === 'transformer') {
        if (format.kind === 'blocks') {
          blocks.push({ weight, bits: format.bits, change: await blockChange(sources, weight, format) });
        } else if (await losesAsChannels(sources, weight)) kept.push(weight.name);
      }
      onMeasured(index + 1);
    }
    const chosen = await chooseBlocks(sources, blocks);
    return { kept: [...kept, ...chosen.kept], finer: chosen.finer };
  } finally {
    await sources.close();
  }
}

async function losesAsChannels(sources: Sources, weight: PlacedWeight): Promise<boolean> {
  const { change, inputsRead } = await channelRounding(await sources.rows(weight), weight.columns);
  return change > CHANNELS.mostChange || inputsRead < CHANNELS.leastRead;
}

async function chooseBlocks(sources: Sources, blocks: readonly BlockWeight[]): Promise<SensitiveWeights> {
  let room = sensitiveBytes(blocks.reduce((sum, { weight }) => sum + weight.rows * weight.columns, 0));
  const kept: string[] = [];
  const finer: string[] = [];
  const mostChanged = blocks
    .filter(({ bits, change }) => change > MOST_CHANGE_BLOCKS[bits])
    .sort((one, other) => other.change - one.change);
  const take = (list: string[], { name, rows, columns }: PlacedWeight, addedBytes: number): boolean => {
    if (rows * columns * addedBytes > room) return false;
    room -= rows * columns * addedBytes;
    list.push(name);
    return true;
  };
  for (const { weight, bits } of mostChanged) {
    const codeBytes = bits / 8;
    const staysWhole = bits === 8 || (await blockChange(sources, weight, FINER_BLOCKS)) > MOST_CHANGE_BLOCKS[8];
    if (staysWhole && take(kept, weight, storedBytes(weight) - codeBytes)) continue;
    if (bits === 4) take(finer, weight, FINER_BLOCKS.bits / 8 - codeBytes);
  }
  return { kept, finer };
}

/** Bytes of each of a weight's values in the checkpoint. */
function storedBytes({ tensor }: PlacedWeight): number {
  return tensor.length / tensor.shape.reduce((product, size) => product * size, 1);
}

async function blockChange(sources: Sources, weight: PlacedWeight, format: BlockFormat): Promise<number> {
  return roundingChange(await sources.rows(weight), weight.rows, weight.columns, format);
}

/** The checkpoint's files, opened as they are read. */
class Sources {
  private readonly files = new Map<string, FileHandle>();

  constructor(private readonly root: string) {}

  async rows({ tensor, rows, columns }: PlacedWeight): Promise<ReturnType<typeof floatRows>> {
    const file = this.files.get(tensor.file) ?? (await open(join(this.root, tensor.file)));
    this.files.set(tensor.file, file);
    return floatRows(file, tensor, rows, columns);
  }

  async close(): Promise<void> {
    await Promise.all([...this.files.values()].map((file) => file.close()));
  }
}
