import { mean, Rng, standardDeviation } from '../base/index.ts'
import type { CellGrid, Network } from '../embedder/index.ts'
import type { Tensor } from '../tensor/index.ts'
import { zeros } from '../tensor/index.ts'

/** A cell's rectangle in the pixels that a network sees. */
export interface CellBox {
  readonly leftPx: number
  readonly topPx: number
  readonly widthPx: number
  readonly heightPx: number
}

/** Where cell `cell` of a grid lies, counted row by row; cells differ by a pixel where the grid does not divide the sides. */
export function cellBox(
  { rows, columns }: CellGrid,
  cell: number,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
): CellBox {
  const [row, column] = [Math.floor(cell / columns), cell % columns]
  const [left, right] = [column, column + 1].map((at) => Math.round((at * widthPx) / columns)) as [number, number]
  const [top, bottom] = [row, row + 1].map((at) => Math.round((at * heightPx) / rows)) as [number, number]
  return { leftPx: left, topPx: top, widthPx: right - left, heightPx: bottom - top }
}

/** Copies of pixels [H, W, 3], each with other cells filled with the photo's mean colour: [copies, H, W, 3]. */
export function withoutCells(
  pixels: Tensor<'uint8'>,
  grid: CellGrid,
  deletions: readonly (readonly number[])[],
): Tensor<'uint8'> {
  const [heightPx, widthPx] = pixels.shape as [number, number, number]
  const out = zeros('uint8', [deletions.length, heightPx, widthPx, 3])
  const fill = meanColour(pixels.data)
  deletions.forEach((cells, copy) => {
    const data = out.data.subarray(copy * pixels.data.length, (copy + 1) * pixels.data.length)
    data.set(pixels.data)
    for (const cell of cells) {
      const box = cellBox(grid, cell, { widthPx, heightPx })
      for (let y = box.topPx; y < box.topPx + box.heightPx; y++)
        for (let x = box.leftPx; x < box.leftPx + box.widthPx; x++) data.set(fill, (y * widthPx + x) * 3)
    }
  })
  return out
}

function meanColour(data: Uint8Array): readonly [number, number, number] {
  const sums = [0, 0, 0]
  for (let i = 0; i < data.length; i++) sums[i % 3]! += data[i]!
  return sums.map((sum) => Math.round(sum / (data.length / 3))) as [number, number, number]
}

/** Whether a heat map tells the truth: what the similarity loses without the cells it marks, and without others. */
export interface Faithfulness {
  /** The hottest cells of the query, which were deleted together. */
  readonly cells: readonly number[]
  /** Similarity lost without them. */
  readonly lost: number
  /** Mean loss without as many cells drawn at random, over `draws`; and its standard deviation from draw to draw. */
  readonly lostAtRandom: number
  readonly deviationAtRandom: number
  readonly draws: number
}

/**
 * How an explanation is put to the test: the hottest `deletedShare` of the cells is covered, and `draws` random
 * choices of as many cells beside it.
 */
export interface DeletionOptions {
  /** Share of the cells that is deleted, one at least. */
  readonly deletedShare: number
  readonly draws: number
  readonly seed: number
}

/** Deletes the hottest cells of the query, and as many at random, and asks the network again, `draws` + 1 photos. */
export async function deletionTest(
  network: Network,
  query: { readonly pixels: Tensor<'uint8'>; readonly grid: CellGrid; readonly heat: Float64Array },
  match: { readonly embedding: Float64Array; readonly similarity: number },
  { deletedShare, draws, seed }: DeletionOptions,
): Promise<Faithfulness> {
  const { pixels, grid, heat } = query
  const all = Array.from(heat.keys())
  const count = Math.min(all.length, Math.max(1, Math.round(deletedShare * all.length)))
  const hottest = [...all].sort((a, b) => heat[b]! - heat[a]!).slice(0, count)
  const rng = new Rng(seed).fork('deletion')
  const random = Array.from({ length: draws }, (_, draw) => rng.fork(draw).shuffle(all).slice(0, count))
  const embeddings = await network.embed(withoutCells(pixels, grid, [hottest, ...random]))
  const losses = Array.from({ length: draws + 1 }, (_, copy) => {
    let similarity = 0
    match.embedding.forEach((value, d) => {
      similarity += value * embeddings[copy * match.embedding.length + d]!
    })
    return match.similarity - similarity
  })
  const [lost, ...others] = losses as [number, ...number[]]
  return {
    cells: hottest,
    lost,
    lostAtRandom: mean(others),
    deviationAtRandom: standardDeviation(others),
    draws,
  }
}
