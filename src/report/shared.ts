import { Rng } from '../base/index.ts'
import type { ReportData, SimilarityMatrix } from './data.ts'
import { packTriangle, unpackMatrix } from './matrix.ts'

/**
 * A report with nothing that names: the run, its photos, their individuals and encounters become numbers, counted in an order
 * that `key` draws, so that neither the alphabet nor the dataset's order tells whose they are. The same key gives the same order.
 */
export function withoutNames(data: ReportData, key: string): ReportData {
  const rng = new Rng(key)
  const photoOrder = rng.shuffle(data.photos.map((_, i) => i))
  const identityOrder = rng.shuffle(data.identities.map((_, i) => i))
  const [photoAt, identityAt] = [inverse(photoOrder), inverse(identityOrder)]
  const meetings = [...new Set(photoOrder.map((i) => data.photos[i]!.encounter))].filter((name) => name !== '')
  const photos = photoOrder.map((i) => {
    const photo = data.photos[i]!
    const encounter = photo.encounter === '' ? '' : `encounter ${meetings.indexOf(photo.encounter) + 1}`
    return { ...photo, file: '', identity: identityAt[photo.identity]!, encounter }
  })
  return {
    ...data,
    title: 'a run',
    data: 'not named',
    reason: '',
    shared: true,
    identities: identityOrder.map((_, i) => `individual ${i + 1}`),
    photos,
    perIdentity: identityOrder.map((i) => data.perIdentity[i]!),
    neighbours: photoOrder.map((i) => {
      const { photos: ranked, similarities } = data.neighbours[i]!
      return { photos: ranked.map((photo) => photoAt[photo]!), similarities }
    }),
    matrix: reordered(
      data.matrix,
      (photo) => photoAt[photo]!,
      (photo) => photos[photo]!.identity,
    ),
    projections: data.projections.map((projection) => ({
      ...projection,
      x: photoOrder.map((i) => projection.x[i]!),
      y: photoOrder.map((i) => projection.y[i]!),
    })),
  }
}

function inverse(order: readonly number[]): number[] {
  const places = new Array<number>(order.length)
  order.forEach((from, to) => {
    places[from] = to
  })
  return places
}

/** The matrix with its photos renamed, in the order of their new individuals and numbers. */
function reordered(
  matrix: SimilarityMatrix,
  photoAt: (photo: number) => number,
  identityOf: (photo: number) => number,
): SimilarityMatrix {
  const n = matrix.order.length
  const values = unpackMatrix(matrix)
  const rows = matrix.order
    .map((photo, row) => ({ photo: photoAt(photo), row }))
    .sort((a, b) => identityOf(a.photo) - identityOf(b.photo) || a.photo - b.photo)
  const triangle = new Float32Array((n * (n - 1)) / 2)
  let at = 0
  rows.forEach(({ row }, i) => {
    for (const other of rows.slice(i + 1)) triangle[at++] = values[row * n + other.row]!
  })
  return { order: rows.map(({ photo }) => photo), low: matrix.low, values: packTriangle(triangle) }
}
