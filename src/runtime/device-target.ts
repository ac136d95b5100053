import { portableTarget, type Target } from '../lower/index.ts'
import type { Device } from './devices.ts'

/** What a graph is lowered for, to run on a device; `blockSize` is the processor's. */
export function deviceTarget(device: Device, blockSize: number = portableTarget.blockSize): Target {
  const plain = { blockSize, float16: device !== 'cpu', prefersFew: device !== 'cpu' }
  if (device === 'cuda') return { ...plain, planeKernels: 'float32', wideSums: true, fuses: ['attention', 'biasGelu'] }
  if (device !== 'webgpu') return plain
  return { ...plain, planeKernels: 'none', deviations: false, gemm: false, lacks: ['gridSample', 'sign'] }
}
