import { check } from '../base/index.ts'
import { descriptorZero, type LocalFeatures } from './features.ts'

/**
 * The features of many photos, P of them, all descriptors in one piece of memory: `table` [P, K, D] with K those of the richest photo, the others filled
 * with zero vectors, which are nobody's nearest neighbour. The photos' own descriptors are views of it: P · K · D bytes in all.
 */
export interface PackedFeatures {
  readonly photos: readonly LocalFeatures[]
  readonly perPhoto: number
  readonly dim: number
  readonly table: Uint8Array
}

/** Copies the features of photos into one table. @throws InputError where two photos have descriptors of different lengths. */
export function packFeatures(features: readonly LocalFeatures[], dim: number): PackedFeatures {
  const other = features.findIndex((photo) => photo.dim !== dim)
  check(
    other === -1,
    `local features: photo ${other}: expected ${dim} numbers a descriptor, got ${features[other]?.dim}`,
  )
  const perPhoto = features.reduce((most, { count }) => Math.max(most, count), 1)
  const table = new Uint8Array(features.length * perPhoto * dim).fill(descriptorZero)
  const photos = features.map((photo, i) => {
    const from = i * perPhoto * dim
    table.set(photo.descriptors, from)
    return { ...photo, descriptors: table.subarray(from, from + photo.count * dim) }
  })
  return { photos, perPhoto, dim, table }
}
