import { distinctMarks, markOf } from '../chart/index.ts'
import { styleColour } from './layers.ts'
import type { Model } from './model.ts'
import { precisionColour } from './precision-scale.ts'

export const colourings = [
  ['identity', 'individual'],
  ['split', 'split'],
  ['encounter', 'encounter'],
  ['flank', 'flank'],
  ['correct', 'nearest photo right or wrong'],
  ['ap', 'average precision'],
] as const

export type Coloring = (typeof colourings)[number][0]

/** A colour and a shape, which is a position in `markCorners`. */
export interface Mark {
  readonly colour: string
  readonly shape: number
}

/** Photos of one mark. */
export interface MarkedPhotos extends Mark {
  readonly photos: readonly number[]
}

/** Photos by mark, and what the marks mean. */
export interface Colours {
  readonly groups: readonly MarkedPhotos[]
  readonly legend: readonly (MarkedPhotos & { readonly meaning: string })[]
  /** The legend is a scale from AP 0 to 1; its entries are what lies beside it. */
  readonly scale: boolean
  readonly note: string
}

/** The mark of each photo under a colouring. */
export function coloursOf(model: Model, coloring: Coloring): Colours {
  if (coloring === 'ap') return byPrecision(model)
  return coloring === 'correct' ? byVerdict(model) : byName(model, coloring)
}

function byVerdict({ data: { photos } }: Model): Colours {
  const kinds = [
    ['right', styleColour('right'), true],
    ['wrong', styleColour('wrong'), false],
    ['not scored', styleColour('muted'), null],
  ] as const
  const groups = kinds.map(([meaning, colour, rank1]) => ({
    colour,
    shape: 0,
    meaning,
    photos: indices(photos, (p) => p.rank1 === rank1),
  }))
  return { groups, legend: groups, scale: false, note: '' }
}

function byName(model: Model, coloring: 'identity' | 'split' | 'encounter' | 'flank'): Colours {
  const { photos, identities } = model.data
  const values = photos.map((photo) => (coloring === 'identity' ? String(photo.identity) : photo[coloring]))
  const names = coloring === 'identity' ? identities.map((_, i) => String(i)) : [...new Set(values)].sort()
  const palette = Array.from({ length: distinctMarks }, (_, i) => styleColour(`p${markOf(i).colour}`))
  const markFor = (name: string, i: number): Mark =>
    name === ''
      ? { colour: styleColour('muted'), shape: 0 }
      : { colour: palette[i % distinctMarks]!, shape: markOf(i).shape }
  const words = (name: string) => (coloring === 'identity' ? identities[Number(name)]! : name || 'unknown')
  const own = new Map(names.map((name): [string, number[]] => [name, []]))
  for (const [i, value] of values.entries()) own.get(value)!.push(i)
  const groups = names.map((name, i) => ({ ...markFor(name, i), meaning: words(name), photos: own.get(name)! }))
  const note =
    names.length <= distinctMarks
      ? ''
      : `${names.length} in ${distinctMarks} marks that repeat; point at a photo for its name`
  return { groups, legend: groups, scale: false, note }
}

/** As fine as eyes tell apart. */
const steps = 100

function byPrecision({ data: { photos } }: Model): Colours {
  const paper = styleColour('paper')
  const own = Array.from({ length: steps + 1 }, (): number[] => [])
  for (const [i, { ap }] of photos.entries()) if (ap !== null) own[Math.round(ap * steps)]!.push(i)
  const groups = own.map((of, i) => ({ colour: precisionColour(i / steps, paper), shape: 0, photos: of }))
  const unscored = {
    colour: styleColour('muted'),
    shape: 1,
    meaning: 'not scored',
    photos: indices(photos, ({ ap }) => ap === null),
  }
  const beside = unscored.photos.length === 0 ? [] : [unscored]
  return { groups: [...groups, unscored], legend: beside, scale: true, note: '' }
}

function indices<T>(items: readonly T[], wanted: (item: T) => boolean): number[] {
  return items.flatMap((item, i) => (wanted(item) ? [i] : []))
}
