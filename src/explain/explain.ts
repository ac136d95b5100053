import { check, invariant } from '../base/index.ts'
import { decodePhoto, type Photo } from '../data/index.ts'
import type { CellGrid, Network, NetworkEmbedder } from '../embedder/index.ts'
import { prepareImage, readPhotoFile } from '../images/index.ts'
import { type Tensor, tensor, zeros } from '../tensor/index.ts'
import { type AttributedPhoto, attribute, type Correspondence, strongestPairs } from './attribution.ts'
import { type DeletionOptions, deletionTest, type Faithfulness, withoutCells } from './deletion.ts'

/** How a match is explained and tested. */
export interface ExplainConfig extends DeletionOptions {
  /** cells: by the network's feature map; occlusion: by covering cells one by one; auto: cells where the model has them. */
  readonly method: 'auto' | 'cells' | 'occlusion'
  /** Correspondences at most. */
  readonly correspondences: number
  /** Of occlusion: rows and columns of cells. */
  readonly occlusionGrid: number
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
}

/**
 * Cells where the model has them, else a 7 × 7 grid covered cell by cell; eight lines; a fifth of the cells deleted,
 * against 16 random draws.
 */
export const explainDefaults: ExplainConfig = {
  method: 'auto',
  correspondences: 8,
  occlusionGrid: 7,
  deletedShare: 0.2,
  draws: 16,
  seed: 0,
}

/** One of the two photos: its cells, and what each adds to the similarity. */
export interface ExplainedPhoto extends CellGrid {
  readonly photo: Photo
  /** As the network sees it: [heightPx, widthPx, 3]. */
  readonly pixels: Tensor<'uint8'>
  /** What each cell adds to the similarity, [rows·columns], row by row; negative where it speaks against. */
  readonly heat: Float64Array
}

/** Where the similarity of two photos comes from. */
export interface MatchExplanation {
  readonly method: 'cells' | 'occlusion'
  /** Cosine of the two embeddings, as rankings have it. */
  readonly similarity: number
  /**
   * What `heat` and contributions add up to, by `cells`: the cosine of the photos as they are, while `similarity` may average
   * with their mirror images. By occlusion nothing adds up: a cell's heat is what the similarity loses without it.
   */
  readonly explained: number
  readonly query: ExplainedPhoto
  readonly match: ExplainedPhoto
  /** c(i, j) of all pairs of cells, [cells of the query, cells of the match]. */
  readonly contributions: Float64Array
  /** The strongest of them, each cell once. */
  readonly correspondences: readonly Correspondence[]
  readonly faithfulness: Faithfulness
}

/** A network, and what errors call it. */
export type ExplainedModel = Pick<NetworkEmbedder, 'network' | 'source'>

/**
 * Why two photos match. `cells`: the cosine as an exact sum over pairs of cells of the two feature maps (Stylianou et al.,
 * arXiv:1901.00536, for GeM too: `cellGraph`). `occlusion`, for any model: with e₋ᵢ the embedding of the photo whose cell i is
 * covered with its mean colour, cell i adds e − e₋ᵢ; the heat is then the similarity lost, and c(i, j) = (e − e₋ᵢ)·(e' − e'₋ⱼ) the
 * part of it that needs both. In either case the hottest cells of the query are then deleted, against as many at random.
 * @throws InputError naming a photo that cannot be used, for options out of range, or for cells that the model does not tell.
 */
export async function explainMatch(
  { network, source }: ExplainedModel,
  query: Photo,
  match: Photo,
  options: Partial<ExplainConfig> = {},
): Promise<MatchExplanation> {
  const config = { ...explainDefaults, ...options }
  checkExplainConfig(config)
  const method = chooseMethod(network, config.method, source)
  const read = (photo: Photo) => readPixels(network, photo, config.limitPixels)
  const seen = [await read(query), await read(match)] as const
  const embeddings = halves(await network.embed(stack(seen)))
  const sides = method === 'cells' ? await byCells(network, seen) : await byOcclusion(network, seen, embeddings, config)
  const { explained, queryHeat, matchHeat, contributions } = attribute(...sides)
  const similarity = embeddings[0].reduce((sum, value, d) => sum + value * embeddings[1][d]!, 0)
  const [own, other] = sides
  const faithfulness = await deletionTest(
    network,
    { pixels: seen[0], grid: own.grid, heat: queryHeat },
    { embedding: embeddings[1], similarity },
    config,
  )
  return {
    method,
    similarity,
    explained,
    query: { photo: query, pixels: seen[0], ...own.grid, heat: queryHeat },
    match: { photo: match, pixels: seen[1], ...other.grid, heat: matchHeat },
    contributions,
    correspondences: strongestPairs(contributions, other.grid.rows * other.grid.columns, config.correspondences),
    faithfulness,
  }
}

type Pair<T> = readonly [query: T, match: T]

function chooseMethod({ cells }: Network, asked: ExplainConfig['method'], source: string): MatchExplanation['method'] {
  if (asked === 'auto') return cells === undefined ? 'occlusion' : 'cells'
  check(
    asked === 'occlusion' || cells !== undefined,
    `explain: ${source} does not tell what its cells add`,
    "name the run folder, or use method 'occlusion'",
  )
  return asked
}

async function readPixels(
  { geometry }: Network,
  photo: Photo,
  limitPixels: number | undefined,
): Promise<Tensor<'uint8'>> {
  const image = await decodePhoto({ photo, bytes: await readPhotoFile(photo.path) }, limitPixels)
  return tensor('uint8', [geometry.heightPx, geometry.widthPx, 3], prepareImage(image, geometry, photo.box))
}

/** Both photos' cells by the feature map. */
async function byCells(network: Network, seen: Pair<Tensor<'uint8'>>): Promise<Pair<AttributedPhoto>> {
  const { cellGrid: grid, size } = network
  invariant(network.cells !== undefined && grid !== undefined, 'explain: the network has no cells')
  const side = (cells: Float64Array): AttributedPhoto => {
    const whole = new Float64Array(size)
    cells.forEach((value, i) => {
      whole[i % size]! += value
    })
    return { grid, cells, whole }
  }
  const [query, match] = halves(await network.cells(stack(seen)))
  return [side(query), side(match)]
}

/** Both photos' cells by what their embeddings lose without each. */
async function byOcclusion(
  network: Network,
  seen: Pair<Tensor<'uint8'>>,
  embeddings: Pair<Float64Array>,
  { occlusionGrid }: ExplainConfig,
): Promise<Pair<AttributedPhoto>> {
  const grid = { rows: occlusionGrid, columns: occlusionGrid }
  const side = async (at: 0 | 1): Promise<AttributedPhoto> => {
    const whole = embeddings[at]
    const each = Array.from({ length: grid.rows * grid.columns }, (_, cell) => [cell])
    const without = await network.embed(withoutCells(seen[at], grid, each))
    return { grid, whole, cells: Float64Array.from(without, (value, i) => whole[i % whole.length]! - value) }
  }
  return [await side(0), await side(1)]
}

/** [2, H, W, 3] */
function stack(seen: Pair<Tensor<'uint8'>>): Tensor<'uint8'> {
  const out = zeros('uint8', [2, ...seen[0].shape])
  seen.forEach(({ data }, at) => {
    out.data.set(data, at * data.length)
  })
  return out
}

/** What two photos gave, apart. */
function halves(data: Float32Array): Pair<Float64Array> {
  const size = data.length / 2
  return [Float64Array.from(data.subarray(0, size)), Float64Array.from(data.subarray(size))]
}

function checkExplainConfig({ correspondences, occlusionGrid, deletedShare, draws }: ExplainConfig): void {
  const whole = (value: number, from: number, name: string) =>
    check(
      Number.isInteger(value) && value >= from,
      `explain: ${name}: expected a whole number from ${from}, got ${value}`,
    )
  whole(correspondences, 0, 'correspondences')
  whole(occlusionGrid, 1, 'occlusionGrid')
  whole(draws, 1, 'draws')
  check(
    deletedShare > 0 && deletedShare < 1,
    `explain: deletedShare: expected a share between 0 and 1, got ${deletedShare}`,
  )
}
