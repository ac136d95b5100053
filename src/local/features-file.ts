import { check, type FileContent } from '../base/index.ts'
import { decodeSafetensors, encodeSafetensors, type Tensor, tensor } from '../tensor/index.ts'
import type { LocalFeatures } from './features.ts'

/**
 * Features of photos as a safetensors file: `counts` int32 [P], `keypoints` float32 [N, 4], `descriptors` uint8 [N, D], `reliability` float32 [N] and, where
 * there are several, `kinds` uint8 [N], the photos' rows one after another; `about` joins its metadata.
 */
export function encodeFeatures(
  features: readonly LocalFeatures[],
  dim: number,
  about: Readonly<Record<string, string>> = {},
): FileContent {
  const total = features.reduce((sum, { count }) => sum + count, 0)
  const keypoints = new Float32Array(total * 4)
  const descriptors = new Uint8Array(total * dim)
  const reliability = new Float32Array(total)
  const kinds = features.some((photo) => photo.kinds !== undefined) ? new Uint8Array(total) : undefined
  let row = 0
  for (const photo of features) {
    keypoints.set(photo.keypoints, row * 4)
    descriptors.set(photo.descriptors, row * dim)
    reliability.set(photo.reliability, row)
    if (photo.kinds !== undefined) kinds?.set(photo.kinds, row)
    row += photo.count
  }
  const counts = Int32Array.from(features, ({ count }) => count)
  return encodeSafetensors(
    new Map<string, Tensor>([
      ['counts', tensor('int32', [features.length], counts)],
      ['keypoints', tensor('float32', [total, 4], keypoints)],
      ['reliability', tensor('float32', [total], reliability)],
      ['descriptors', tensor('uint8', [total, dim], descriptors)],
      ...(kinds === undefined ? [] : [['kinds', tensor('uint8', [total], kinds)] as const]),
    ]),
    { ...about, format: 'rosette-local-features', version: '1' },
  )
}

/** What `encodeFeatures` wrote: views of `bytes`. @throws InputError naming `where` for a file that is none, or contradicts itself. */
export function decodeFeatures(bytes: Uint8Array, where: string): LocalFeatures[] {
  const { tensors, metadata } = decodeSafetensors(bytes, where)
  check(metadata.format === 'rosette-local-features' && metadata.version === '1', `${where}: holds no local features`)
  const counts = numbers(tensors.get('counts'), 'int32', where, 'counts')
  const keypoints = numbers(tensors.get('keypoints'), 'float32', where, 'keypoints')
  const descriptors = numbers(tensors.get('descriptors'), 'uint8', where, 'descriptors')
  const reliability = numbers(tensors.get('reliability'), 'float32', where, 'reliability')
  const kinds = tensors.has('kinds') ? numbers(tensors.get('kinds'), 'uint8', where, 'kinds') : undefined
  const dim = tensors.get('descriptors')!.shape[1] ?? 0
  const total = counts.reduce((sum, count) => sum + count, 0)
  const fits =
    counts.every((count) => count >= 0) &&
    keypoints.length === total * 4 &&
    reliability.length === total &&
    (kinds === undefined || kinds.length === total) &&
    descriptors.length === total * dim
  check(fits, `${where}: counts of ${total} keypoints do not fit its other tensors`)
  let row = 0
  return Array.from(counts, (count) => {
    const from = row
    row += count
    return {
      count,
      dim,
      keypoints: keypoints.subarray(from * 4, row * 4),
      descriptors: descriptors.subarray(from * dim, row * dim),
      reliability: reliability.subarray(from, row),
      ...(kinds === undefined ? {} : { kinds: kinds.subarray(from, row) }),
    }
  })
}

function numbers<D extends 'int32' | 'float32' | 'uint8'>(
  found: Tensor | undefined,
  dtype: D,
  where: string,
  name: string,
): Tensor<D>['data'] {
  check(found?.dtype === dtype, `${where}: ${name}: expected ${dtype}, got ${found?.dtype ?? 'nothing'}`)
  return found.data as Tensor<D>['data']
}
