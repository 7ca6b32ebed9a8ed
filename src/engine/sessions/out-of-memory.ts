import type { SessionDevice } from './session-options.js';

/** The device has no room for what was asked of it. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';

  constructor(
    readonly device: SessionDevice,
    /** What could not be had; null where the runtime doesn't say. */
    readonly wantedBytes: number | null,
    cause: unknown,
  ) {
    super(`out of memory on ${device.kind === 'cpu' ? 'the CPU' : `cuda:${device.index}`}`, { cause });
  }
}

/**
 * What the runtime and the libraries under it say when there is no memory: the runtime's arena (bfc_arena.cc, in two ways),
 * the CUDA runtime, cuBLAS and cuDNN by their codes' names, and the C++ library.
 */
const MESSAGES: readonly RegExp[] = [
  /Failed to allocate memory for requested buffer of size (\d+)/,
  /Available memory of \d+ is smaller than requested bytes of (\d+)/,
  /BFC Arena ran out of memory trying to allocate (\d+)/,
  /CUDA failure 2: out of memory/,
  /CUBLAS(?: failure \d+: |_STATUS_)\w*ALLOC_FAILED/,
  /CUDNN_STATUS_(?:ALLOC_FAILED|INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED|INTERNAL_ERROR_HOST_ALLOCATION_FAILED)/,
  /std::bad_alloc|bad allocation/,
];

/** The error as an OutOfMemoryError where its message says so; else itself. */
export function asOutOfMemory(error: unknown, device: SessionDevice): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const match = MESSAGES.map((pattern) => pattern.exec(message)).find((found) => found !== null);
  if (!match) return error;
  return new OutOfMemoryError(device, match[1] === undefined ? null : Number(match[1]), error);
}
