import { HostError } from '../../checkpoint/checkpoint-error.js';
import { lightningSettings } from '../../checkpoint/lora/lightning.js';
import { NO_LORAS, type Lora } from '../../checkpoint/lora/lora-folder.js';
import { formatBytes } from '../../program/format-bytes.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import type { DevicePlan } from './device-plan.js';
import { sizesOfCheckpoint } from './network-sizes.js';
import { isRefusal, planDevices, type Machine, type PlanRequest } from './plan-devices.js';
import { loraBytes } from './weight-bytes.js';

/** The error, with what it would help to serve no LoRAs. */
export function withoutLoras(
  error: HostError,
  checkpoint: EditCheckpoint,
  request: PlanRequest,
  machine: Machine,
): HostError {
  const { loras } = checkpoint.loras;
  if (loras.length === 0) return error;
  const alone = planDevices(request, machine, sizesOfCheckpoint({ ...checkpoint, loras: NO_LORAS }));
  if (isRefusal(alone)) return error;
  const bytes = formatBytes(loraBytes(loras, alone.precision, alone.kind));
  return new HostError(`${error.message}. It fits without LORA_DIR's LoRAs (${bytes})`);
}

/** A line for all LoRAs that edits can use. */
export function describeLoras(loras: readonly Lora[], { precision, kind }: DevicePlan): string[] {
  if (loras.length === 0) return [];
  const names = loras.map(({ name }) =>
    lightningSettings(name) === null ? name : `${name} (with Lightning's schedule)`,
  );
  return [`LoRAs: ${names.join(', ')}; ${formatBytes(loraBytes(loras, precision, kind))} of the weights`];
}
