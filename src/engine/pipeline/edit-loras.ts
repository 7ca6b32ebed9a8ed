import { isDeepStrictEqual } from 'node:util';
import type { Lora } from '../../checkpoint/lora/lora-folder.js';
import type { SchedulerConfig } from '../../checkpoint/scheduler-config.js';
import type { LoraChoice } from '../../protocol/lora.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { InvalidEditError } from './invalid-edit-error.js';

/**
 * An edit's LoRAs that have an effect, in the order of their names: what is kept for an edit is kept by it.
 * @throws InvalidEditError for one that there isn't, or that can't be used
 */
export function usedLoras(choices: readonly LoraChoice[], { loras }: EditCheckpoint): LoraChoice[] {
  for (const { name } of choices) {
    if (loras.loras.some((lora) => lora.name === name)) continue;
    const refused = loras.infos.find((info) => info.name === name)?.refused;
    throw new InvalidEditError(
      'lora',
      refused === undefined || refused === null
        ? `There is no LoRA ${JSON.stringify(name)} in LORA_DIR`
        : `The LoRA ${JSON.stringify(name)} can't be used: ${refused}`,
    );
  }
  return choices.filter(({ scale }) => scale !== 0).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * The schedule of an edit: that of its LoRAs where they bring one, else the checkpoint's.
 * @throws InvalidEditError when two bring different ones
 */
export function editScheduler(used: readonly LoraChoice[], checkpoint: EditCheckpoint): SchedulerConfig {
  const [first, ...others] = checkpoint.loras.loras.filter(
    ({ name, settings }) => settings.scheduler !== null && used.some((choice) => choice.name === name),
  );
  if (first === undefined) return checkpoint.scheduler;
  const differs = ({ settings }: Lora): boolean => !isDeepStrictEqual(settings.scheduler, first.settings.scheduler);
  const other = others.find(differs);
  if (other !== undefined) {
    throw new InvalidEditError(
      'lora',
      `The LoRAs ${JSON.stringify(first.name)} and ${JSON.stringify(other.name)} need different schedules: use one of them`,
    );
  }
  return first.settings.scheduler ?? checkpoint.scheduler;
}
