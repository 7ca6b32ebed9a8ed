import type { DeviceKind } from '../../protocol/device-settings.js';

/** Where a session computes. */
export interface SessionDevice {
  readonly kind: DeviceKind;
  /** CUDA's number of the GPU; 0 for the CPU. */
  readonly index: number;
}

/** What the runtime's session options can hold, as far as they are used. */
export interface RuntimeOptions {
  readonly graphOptimizationLevel: 'all';
  readonly logSeverityLevel: 3;
  readonly executionProviders: readonly ('cpu' | { readonly name: 'cuda'; readonly deviceId: number })[];
  readonly enableMemPattern: false;
  readonly intraOpNumThreads?: number;
  readonly extra: { readonly session: Readonly<Record<string, string>> };
}

/**
 * The runtime's options, all in one place.
 *
 * Allocation patterns are kept for every shape that was seen, which grow with requests of random sizes: there are none. On a
 * GPU the binding passes nothing on to the provider but the device's number, so its arena extends by powers of two and
 * cuDNN's convolutions are searched for each new shape. What can be had is weights outside of the arena, at exactly their size.
 *
 * A session's threads wait for its next operator by spinning. They stop when its run ends: the model has a session for each part,
 * and the threads of those that are done would take the cores from the part that runs, for as long as they spin.
 *
 * @param root absolute folder below which the initializers' files lie
 * @param threads that compute on the processor; null: one for each of its cores
 */
export function runtimeOptions(root: string, device: SessionDevice, threads: number | null = null): RuntimeOptions {
  const files = { model_external_initializers_file_folder_path: root, force_spinning_stop: '1' };
  const pool = threads === null ? {} : { intraOpNumThreads: threads };
  const common = { graphOptimizationLevel: 'all', logSeverityLevel: 3, enableMemPattern: false, ...pool } as const;
  if (device.kind === 'cpu') return { ...common, executionProviders: ['cpu'], extra: { session: files } };
  return {
    ...common,
    executionProviders: [{ name: 'cuda', deviceId: device.index }],
    extra: { session: { ...files, use_device_allocator_for_initializers: '1' } },
  };
}
