import { check } from '../base/index.ts'
import type { TrainConfig } from '../run/index.ts'
import { computesHalf, type Device } from '../runtime/index.ts'
import type { StepPrecision } from './step.ts'

/**
 * How a run's steps compute on a device. `auto` is float32 everywhere: with CUDA a step in float16 is 1.3 times as fast, and nobody has compared what is
 * learnt with it; with WebGPU it gained nothing (docs/performance.md). @throws InputError for whole numbers on a graphics processor, and for float16
 * on one that lacks it.
 */
export async function precisionOn(device: Device, asked: TrainConfig['precision']): Promise<StepPrecision> {
  if (asked === 'auto') return 'fp32'
  if (asked === 'int8')
    check(device === 'cpu', `precision: int8 runs on the processor, not on ${device}`, '`set: ["precision=fp32"]`')
  // the processor has no arithmetic in float16: asked for, it is float32 that is rounded, slow and for comparison
  if (asked === 'fp16' && device !== 'cpu')
    check(
      await computesHalf(device),
      `precision: ${device} does not compute in float16 here`,
      '`set: ["precision=fp32"]` is taken everywhere',
    )
  return asked
}
