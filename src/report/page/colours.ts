import { palette } from '../svg/theme.ts'
import { cividisAt } from './cividis.ts'
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

/** Photos by colour, and what the colours mean. */
export interface Colours {
  readonly groups: readonly { readonly colour: string; readonly photos: readonly number[] }[]
  readonly legend: readonly (readonly [colour: string, meaning: string])[]
  readonly note: string
}

/** The colour of each photo under a colouring. */
export function coloursOf(model: Model, coloring: Coloring): Colours {
  const { photos } = model.data
  if (coloring === 'ap') return byPrecision(model)
  if (coloring === 'correct') {
    const kinds = [
      ['right', styleColour('right'), true],
      ['wrong', styleColour('wrong'), false],
      ['not scored', styleColour('muted'), null],
    ] as const
    const groups = kinds.map(([, colour, rank1]) => ({ colour, photos: indices(photos, (p) => p.rank1 === rank1) }))
    return { groups, legend: kinds.map(([name, colour]) => [colour, name]), note: '' }
  }
  const values = photos.map((photo) => (coloring === 'identity' ? String(photo.identity) : photo[coloring]))
  const names = coloring === 'identity' ? model.data.identities.map((_, i) => String(i)) : [...new Set(values)].sort()
  const colourOf = new Map(
    names.map((name, i) => [name, name === '' ? styleColour('muted') : palette[i % palette.length]!]),
  )
  const groups = [...new Set(colourOf.values())].map((colour) => ({
    colour,
    photos: values.flatMap((value, i) => (colourOf.get(value) === colour ? [i] : [])),
  }))
  if (names.length > palette.length) {
    return {
      groups,
      legend: [],
      note: `${names.length} in ${palette.length} hues that repeat; point at a photo for its name`,
    }
  }
  const words = (name: string) => (coloring === 'identity' ? model.data.identities[Number(name)]! : name || 'unknown')
  return { groups, legend: names.map((name) => [colourOf.get(name)!, words(name)]), note: '' }
}

const steps = 10

function byPrecision({ data: { photos } }: Model): Colours {
  const stepOf = (ap: number) => Math.min(steps - 1, Math.floor(ap * steps))
  const colours = Array.from({ length: steps }, (_, i) => `rgb(${cividisAt((i + 0.5) / steps).join(',')})`)
  const groups = colours.map((colour, i) => ({
    colour,
    photos: indices(photos, ({ ap }) => ap !== null && stepOf(ap) === i),
  }))
  const unscored = { colour: styleColour('muted'), photos: indices(photos, ({ ap }) => ap === null) }
  const legend = [0, 4, 9].map(
    (i) => [colours[i]!, `AP ${(i / steps).toFixed(1)} to ${((i + 1) / steps).toFixed(1)}`] as const,
  )
  return { groups: [...groups, unscored], legend, note: '' }
}

function indices<T>(items: readonly T[], wanted: (item: T) => boolean): number[] {
  return items.flatMap((item, i) => (wanted(item) ? [i] : []))
}
