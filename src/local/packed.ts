import { check } from '../base/index.ts'
import type { LocalFeatures } from './features.ts'
import { type KindSpan, kindSpans, kindsOf } from './kinds.ts'

/**
 * The features of many photos, all descriptors in one piece of memory, photo after photo: N · D bytes. The photos' own descriptors are views of it.
 */
export interface PackedFeatures {
  readonly photos: readonly LocalFeatures[]
  readonly dim: number
  /** By kind and photo: where its places of this kind stand. */
  readonly spans: readonly (readonly KindSpan[])[]
}

/**
 * Copies the features of photos into one piece of memory. @throws InputError where two photos have descriptors of different lengths, and where places of a
 * kind do not stand together.
 */
export function packFeatures(features: readonly LocalFeatures[], dim: number): PackedFeatures {
  const other = features.findIndex((photo) => photo.dim !== dim)
  check(
    other === -1,
    `local features: photo ${other}: expected ${dim} numbers a descriptor, got ${features[other]?.dim}`,
  )
  const table = new Uint8Array(features.reduce((sum, { count }) => sum + count * dim, 0))
  let from = 0
  const photos = features.map((photo) => {
    const descriptors = table.subarray(from, from + photo.count * dim)
    descriptors.set(photo.descriptors)
    from += descriptors.length
    return { ...photo, descriptors }
  })
  const kinds = kindsOf(photos)
  const each = photos.map((photo) => kindSpans(photo, kinds))
  return { photos, dim, spans: Array.from({ length: kinds }, (_, kind) => each.map((own) => own[kind]!)) }
}
