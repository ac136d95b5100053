import { counted } from '../base/index.ts'
import type { Photo, Split } from '../data/index.ts'

/** What photos of one individual alone cannot give; undefined where there are more. */
export function oneIndividual(photos: readonly Photo[]): string | undefined {
  const name = onlyName(photos)
  if (name === undefined) return undefined
  return `there is one individual only, ${name} (${counted(photos.length, 'photo')}): no score between individuals can be computed, and \`rosette train\` asks for two or more`
}

/** A warning where the photos that validate show one individual only, of photos of several: they find it whatever the model is. */
export function oneValidates(photos: readonly Photo[], splits: readonly Split[]): string[] {
  if (oneIndividual(photos) !== undefined) return []
  const told = splits.flatMap(({ validation }, k) => {
    const name = onlyName(validation.map((row) => photos[row]!))
    return name === undefined ? [] : [{ fold: k + 1, name }]
  })
  const [first] = told
  if (first === undefined) return []
  const where =
    splits.length === 1
      ? `all photos that validate show one individual, ${first.name}`
      : `in ${counted(told.length, 'fold')} (${told.map(({ fold }) => fold).join(', ')}) all photos that validate show one individual`
  return [`${where}: whatever the model is, each finds its own, so that such a score says nothing`]
}

function onlyName(photos: readonly Photo[]): string | undefined {
  const names = new Set(photos.flatMap(({ identity }) => identity ?? []))
  return names.size === 1 ? [...names][0] : undefined
}
