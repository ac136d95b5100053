import { type Projection as Projected, type ProjectionOptions, projectInWorker } from '../projection/index.ts'
import type { Embeddings } from '../retrieval/index.ts'
import { l2Normalise } from '../retrieval/index.ts'
import { round } from './analyse.ts'
import type { Projection } from './data.ts'

/** A method of drawing embeddings in the plane. */
export type ProjectionName = Projection['name']

export interface ProjectOptions {
  readonly seed?: number
  readonly onProgress?: ((name: ProjectionName, share: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export const projectDefaults = { seed: 0 } as const

/** t-SNE and UMAP lay out the neighbourhoods of fewer points than this badly, or not at all. */
const fewest = 8

/** Below this trustworthiness a picture needs a word of warning. */
const trusted = 0.9

/**
 * L2-normalised embeddings in the plane, each method in a thread of its own. Of fewer than eight photos there is the PCA alone.
 * @throws InputError as the projection room does; the signal's reason when it aborts.
 */
export async function projectEmbeddings(
  embeddings: Embeddings,
  names: readonly ProjectionName[],
  options: ProjectOptions = {},
): Promise<Projection[]> {
  const { seed, onProgress, signal } = { ...projectDefaults, ...options }
  const points = l2Normalise(embeddings)
  const projections: Projection[] = []
  for (const name of names) {
    if (name !== 'pca' && points.count < fewest) continue
    const method: ProjectionOptions = name === 'pca' ? { method: name } : { method: name, seed }
    const found = await projectInWorker(points, method, { onProgress: (share) => onProgress?.(name, share), signal })
    const { data, dim } = found.layout
    const axis = (k: number) => Array.from({ length: points.count }, (_, i) => round(data[i * dim + k]!))
    projections.push({ name, ...described(found, seed), x: axis(0), y: axis(1) })
  }
  return projections
}

function described(found: Projected, seed: number): Pick<Projection, 'title' | 'note' | 'axes'> {
  const { trustworthiness } = found
  const doubt = trustworthiness !== null && trustworthiness < trusted ? ': many neighbours in the picture are none' : ''
  const trust =
    trustworthiness === null ? '' : ` Trustworthiness of 5 neighbours ${trustworthiness.toFixed(3)} of 1${doubt}.`
  switch (found.method) {
    case 'pca': {
      const [first, second] = Array.from(found.varianceShare, (share) => `${(share * 100).toFixed(1)} %`)
      const axes = [`first component, ${first} of the variance`, `second component, ${second}`] as const
      return {
        title: 'PCA',
        note: `Linear: the two directions of largest variance, ${first} and ${second} of it.${trust}`,
        axes,
      }
    }
    case 'tsne': {
      const settings = `perplexity ${Number(found.perplexity.toFixed(1))}, seed ${seed}, KL divergence ${found.klDivergence.toFixed(3)}`
      const note = `Neighbourhoods are kept, distances and sizes between groups mean little (${settings}).${trust}`
      return { title: 't-SNE', note, axes: ['t-SNE 1 (no unit)', 't-SNE 2 (no unit)'] }
    }
    case 'umap': {
      const note = `Neighbourhoods are kept, distances between groups mean little (${found.neighbours} neighbours, seed ${seed}).${trust}`
      return { title: 'UMAP', note, axes: ['UMAP 1 (no unit)', 'UMAP 2 (no unit)'] }
    }
  }
}
