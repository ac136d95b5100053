import { check } from '../base/index.ts'
import type { TrainConfig } from '../run/index.ts'
import { computesHalf, type Device } from '../runtime/index.ts'
import type { StepPrecision } from './step.ts'

/**
 * How a run's steps compute on a device. `auto` is float16 on a graphics processor that has it, and float32 on the processor, which has
 * no arithmetic in it. @throws InputError for whole numbers on a graphics processor, and for float16 on one that lacks it.
 */
export async function precisionOn(device: Device, asked: TrainConfig['precision']): Promise<StepPrecision> {
  if (asked === 'fp32') return asked
  if (asked === 'int8') {
    check(device === 'cpu', `precision: int8 runs on the processor, not on ${device}`, '`set: ["precision=fp32"]`')
    return asked
  }
  if (device === 'cpu') return asked === 'auto' ? 'fp32' : asked // asked for, it is float32 that is rounded: slow, and for comparison
  const isThere = await computesHalf(device)
  if (asked === 'auto') return isThere ? 'fp16' : 'fp32'
  check(isThere, `precision: ${device} does not compute in float16 here`, '`set: ["precision=auto"]` takes what it has')
  return asked
}
