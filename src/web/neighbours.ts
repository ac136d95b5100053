import type { Model } from './model.ts'
import type { Ranked } from './ranking.ts'

/** Which photos of a ranking are shown. */
export interface Filters {
  readonly identity: 'all' | 'same' | 'other'
  readonly split: string
  readonly encounter: 'all' | 'same' | 'other'
  readonly flank: 'all' | 'same' | 'other'
}

export const noFilters: Filters = { identity: 'all', split: 'all', encounter: 'all', flank: 'all' }

/** The photos of `query`'s ranking that pass the filters. What is not known of a photo is equal to nothing. */
export function filtered(model: Model, query: number, filters: Filters): Ranked[] {
  const asked = model.photo(query)
  const passes = (wanted: 'all' | 'same' | 'other', same: boolean) => wanted === 'all' || same === (wanted === 'same')
  return ranking(model, query).filter(({ photo }) => {
    const other = model.photo(photo)
    return (
      passes(filters.identity, model.same(query, photo)) &&
      passes(filters.encounter, asked.encounter !== '' && other.encounter === asked.encounter) &&
      passes(filters.flank, asked.flank !== '' && other.flank === asked.flank) &&
      (filters.split === 'all' || other.split === filters.split)
    )
  })
}

/** All that the report knows of a photo's ranking; what the metrics left out is left out. */
function ranking(model: Model, query: number): Ranked[] {
  const asked = model.photo(query)
  const { excludeSame } = model.data.metrics
  return model.ranking.order(
    query,
    (other) =>
      excludeSame === null ||
      asked.encounter === '' ||
      !(model.same(query, other) && model.photo(other).encounter === asked.encounter),
  )
}

/** The most similar photo of the query's individual; undefined where the report knows of none. */
export function firstRight(model: Model, query: number): Ranked | undefined {
  return ranking(model, query).find(({ photo }) => model.same(query, photo))
}

/** Queries whose nearest photo is wrong, the lowest AP first. */
export function mistakes({ data: { photos } }: Model): number[] {
  const wrong = photos.flatMap(({ rank1, ap }, i) => (rank1 === false ? [{ i, ap: ap ?? 0 }] : []))
  return wrong.sort((a, b) => a.ap - b.ap || a.i - b.i).map(({ i }) => i)
}
