import { check } from '../base/index.ts'
import type { TrainConfig } from '../run/index.ts'
import { computesHalf, type Device } from '../runtime/index.ts'
import type { StepPrecision } from './step.ts'

/**
 * How a run's steps compute on a device. `auto` is float16 with CUDA where a run starts from pretrained weights: six seeds of fine-tuning a miniature
 * network lost nothing by it, and a step of a ConvNeXt is 1.2 to 1.4 times as fast. Elsewhere it is float32: from random weights the first gradients can be beyond float16,
 * and with WebGPU float16 gained nothing (docs/performance.md). @throws InputError for whole numbers on a graphics processor, and for float16 on one that lacks it.
 */
export async function precisionOn(
  device: Device,
  { precision: asked, weights }: Pick<TrainConfig, 'precision' | 'weights'>,
  halves: (device: Exclude<Device, 'cpu'>) => Promise<boolean> = computesHalf,
): Promise<StepPrecision> {
  if (asked === 'auto') return device === 'cuda' && weights !== null && (await halves(device)) ? 'fp16' : 'fp32'
  if (asked === 'int8')
    check(device === 'cpu', `precision: int8 runs on the processor, not on ${device}`, '`set: ["precision=fp32"]`')
  // the processor has no arithmetic in float16: asked for, it is float32 that is rounded, slow and for comparison
  if (asked === 'fp16' && device !== 'cpu')
    check(
      await halves(device),
      `precision: ${device} does not compute in float16 here`,
      '`set: ["precision=fp32"]` is taken everywhere',
    )
  return asked
}
