import { type Pca, type PcaConfig, pca } from './pca.ts'
import type { Metric, Points } from './points.ts'
import { trustworthiness, trustworthinessDefaults } from './trustworthiness.ts'
import { type Tsne, type TsneConfig, tsne } from './tsne.ts'
import { type Umap, type UmapConfig, umap } from './umap.ts'
import { stretch, type Watch } from './watch.ts'

/** A method and what is to be different from its defaults. */
export type ProjectionOptions =
  | ({ readonly method: 'pca' } & Partial<PcaConfig>)
  | ({ readonly method: 'tsne' } & Partial<TsneConfig>)
  | ({ readonly method: 'umap' } & Partial<UmapConfig>)

/** A layout with what its method says of it, and how many of its neighbours are true. */
export type Projection = (Pca | Tsne | Umap) & {
  /** T(5), under the method's metric; null for fewer than 11 points, of which it says nothing. */
  readonly trustworthiness: number | null
}

/** Points laid out by any of the methods, and the layout's trustworthiness. @throws InputError as the methods do. */
export function project(points: Points, options: ProjectionOptions, watch?: Watch): Projection {
  const projected = layOut(points, options, stretch(watch, 0, 0.9))
  const { neighbours } = trustworthinessDefaults
  if (points.count <= 2 * neighbours) return { ...projected, trustworthiness: null }
  const metric: Metric = options.method === 'pca' ? 'euclidean' : (options.metric ?? 'euclidean')
  const share = trustworthiness(points, projected.layout, { neighbours, metric }, stretch(watch, 0.9, 1))
  return { ...projected, trustworthiness: share }
}

function layOut(points: Points, options: ProjectionOptions, watch: Watch | undefined): Pca | Tsne | Umap {
  switch (options.method) {
    case 'pca':
      return pca(points, options)
    case 'tsne':
      return tsne(points, options, watch)
    case 'umap':
      return umap(points, options, watch)
  }
}
