import { cividisAt, distinctMarks, markOf, palette } from '../chart/index.ts'
import { styleColour } from './layers.ts'
import type { Model } from './model.ts'

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

/** Photos by mark, and what the marks mean. */
export interface Colours {
  readonly groups: readonly (Mark & { readonly photos: readonly number[] })[]
  readonly legend: readonly (Mark & { readonly meaning: string })[]
  readonly note: string
}

/** The mark of each photo under a colouring. */
export function coloursOf(model: Model, coloring: Coloring): Colours {
  const { photos } = model.data
  if (coloring === 'ap') return byPrecision(model)
  if (coloring === 'correct') {
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
    return { groups, legend: groups, note: '' }
  }
  const values = photos.map((photo) => (coloring === 'identity' ? String(photo.identity) : photo[coloring]))
  const names = coloring === 'identity' ? model.data.identities.map((_, i) => String(i)) : [...new Set(values)].sort()
  const markFor = (name: string, i: number): Mark => {
    const { colour, shape } = markOf(i)
    return name === '' ? { colour: styleColour('muted'), shape: 0 } : { colour: palette[colour]!, shape }
  }
  const words = (name: string) => (coloring === 'identity' ? model.data.identities[Number(name)]! : name || 'unknown')
  const own = new Map(names.map((name): [string, number[]] => [name, []]))
  for (const [i, value] of values.entries()) own.get(value)!.push(i)
  const groups = names.map((name, i) => ({ ...markFor(name, i), meaning: words(name), photos: own.get(name)! }))
  if (names.length <= distinctMarks) return { groups, legend: groups, note: '' }
  const note = `${names.length} in ${distinctMarks} marks that repeat; point at a photo for its name`
  return { groups, legend: [], note }
}

const steps = 10

function byPrecision({ data: { photos } }: Model): Colours {
  const stepOf = (ap: number) => Math.min(steps - 1, Math.floor(ap * steps))
  const colours = Array.from({ length: steps }, (_, i) => `rgb(${cividisAt((i + 0.5) / steps).join(',')})`)
  const groups = colours.map((colour, i) => ({
    colour,
    shape: 0,
    photos: indices(photos, ({ ap }) => ap !== null && stepOf(ap) === i),
  }))
  const unscored = { colour: styleColour('muted'), shape: 0, photos: indices(photos, ({ ap }) => ap === null) }
  const legend = [0, 4, 9].map((i) => ({
    colour: colours[i]!,
    shape: 0,
    meaning: `AP ${(i / steps).toFixed(1)} to ${((i + 1) / steps).toFixed(1)}`,
  }))
  return { groups: [...groups, unscored], legend, note: '' }
}

function indices<T>(items: readonly T[], wanted: (item: T) => boolean): number[] {
  return items.flatMap((item, i) => (wanted(item) ? [i] : []))
}
