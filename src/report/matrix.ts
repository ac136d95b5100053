import type { SimilarityMatrix } from './data.ts'

const levels = 65535

/** The base64 form of a triangle of similarities, `SimilarityMatrix.values`. */
export function packTriangle(similarities: Float32Array): string {
  const bytes = Buffer.alloc(2 * similarities.length)
  similarities.forEach((value, i) => {
    bytes.writeUInt16LE(Math.round(((Math.max(-1, Math.min(1, value)) + 1) / 2) * levels), 2 * i)
  })
  return bytes.toString('base64')
}

/** The whole matrix, row-major [n, n], from its packed triangle; the diagonal is 1. */
export function unpackMatrix({ order, values }: SimilarityMatrix): Float32Array {
  const n = order.length
  const bytes = Buffer.from(values, 'base64')
  const out = new Float32Array(n * n).fill(1)
  let at = 0
  for (let row = 0; row < n; row++) {
    for (let column = row + 1; column < n; column++, at += 2) {
      out[row * n + column] = out[column * n + row] = (bytes.readUInt16LE(at) / levels) * 2 - 1
    }
  }
  return out
}

/**
 * Photos ordered by individual, inside an individual as they come; where there are more than `most`, the first k of each, k as
 * large as fits.
 */
export function matrixOrder(identities: readonly number[], most: number): number[] {
  const groups = new Map<number, number[]>()
  identities.forEach((identity, photo) => {
    const group = groups.get(identity)
    if (group === undefined) groups.set(identity, [photo])
    else group.push(photo)
  })
  const sorted = [...groups].sort(([a], [b]) => a - b).map(([, photos]) => photos)
  const size = (k: number) => sorted.reduce((sum, photos) => sum + Math.min(k, photos.length), 0)
  let k = Math.max(1, ...sorted.map((photos) => photos.length))
  while (k > 1 && size(k) > most) k--
  return sorted.flatMap((photos) => photos.slice(0, k)).slice(0, most)
}
