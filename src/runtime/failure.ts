import { messageOf } from '../base/index.ts'

/** How work on a device ended: its memory was full, the device no longer answers, or something else. */
export type FailureKind = 'memory' | 'lost' | 'other'

/** CUDA's, WebGPU's (a buffer that could not be had is an invalid one), Direct3D's, and those of ONNX Runtime's own arenas. */
const memory =
  /out of memory|failed to allocate|bad[_ ]alloc|CUDA failure 2\b|STATUS_ALLOC_FAILED|allocation size too large|\[Invalid Buffer|exceeds the max buffer size|8007000E/i

/** CUDA's errors after which a process cannot use the card any more, WebGPU's of a device that is gone, Direct3D's of one that was removed. */
const lost =
  /device (?:is|was|has been) lost|device lost|Failed to download data from buffer|CUDA failure (?:4|4[56]|10[01]|214|70[0-2]|71\d|999)\b|device (?:has been )?(?:removed|hung)|887A000[567]/i

/** What ended it, told from the words of what was thrown. */
export function failureKind(error: unknown): FailureKind {
  const message = messageOf(error)
  if (memory.test(message)) return 'memory'
  return lost.test(message) ? 'lost' : 'other'
}
