import { check, optionText } from '../base/index.ts'
import type { Geometry } from '../images/index.ts'
import { embeddingGraph } from '../models/index.ts'
import { sameShape } from '../tensor/index.ts'
import { ensembleOf } from './ensemble.ts'
import type { NetworkEmbedder } from './network-embedder.ts'
import type { RunModel } from './run-folder.ts'

/** The sizes that multi-scale averaging sees a photo in, as multiples of the network's own. */
export const multiScales = [1, 1.25] as const

/** What all our networks divide a photo's sides by. */
const stridePx = 32

/** A geometry of larger sides, each rounded up to whole strides. */
export function scaledGeometry(geometry: Geometry, scale: number): Geometry {
  const side = (px: number) => Math.ceil((px * scale) / stridePx) * stridePx
  return scale === 1 ? geometry : { ...geometry, widthPx: side(geometry.widthPx), heightPx: side(geometry.heightPx) }
}

/** Holds a run's weights against the network at another size. @throws InputError where they are for one size only. */
export function checkTakesSize({ network, tensors }: RunModel, geometry: Geometry, folder: string): void {
  const wanted = embeddingGraph(network, { ...geometry, batch: 1, flip: false }).tensors
  const fixed = wanted.find(({ name, shape }) => {
    const found = tensors.get(name)
    return found !== undefined && !sameShape(found.shape, shape)
  })
  check(
    fixed === undefined,
    `${optionText({ tta: 'multi-scale' })}: ${folder}: its network takes photos of one size only: ${fixed?.name} was learned for it`,
    '`tta: "flip"` averages photo and mirror image',
  )
}

/** e = Σ eᵢ / ‖Σ eᵢ‖ over one network at several sizes, whose axes are the same. The first is the one that explains. */
export function multiScaleOf(
  sizes: readonly [NetworkEmbedder, ...NetworkEmbedder[]],
  fingerprint: NetworkEmbedder['fingerprint'],
): NetworkEmbedder {
  const [own] = sizes
  const { embed, geometries, release } = ensembleOf(sizes, { method: 'embeddings' })
  return { ...own, geometries, tta: 'multi-scale', fingerprint, embed, release }
}
