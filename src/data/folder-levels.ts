import { check } from '../base/index.ts'
import { shortList } from './manifest.ts'

/** What the folders of one level are. */
export type LevelRole = 'identity' | 'date' | 'flank' | 'wrapper' | 'repeated'

const dates =
  /^(19|20)\d\d([-_. ]?(0?[1-9]|1[0-2])([-_. ]?(0?[1-9]|[12]\d|3[01]))?)?([-_ T]?\d\d[-_.:]?\d\d([-_.:]?\d\d)?)?$/
const dayFirst = /^(0?[1-9]|[12]\d|3[01])[-_. ](0?[1-9]|1[0-2])[-_. ]((19|20)?\d\d)$/
const months = /^(0?[1-9]|1[0-2])$/

const flanks = new Set(
  `left right l r lf rf left_flank right_flank left_side right_side leftside rightside front back rear head face tail top bottom
  dorsal ventral both izquierda derecha izquierdo derecho esquerda direita esquerdo direito gauche droite links rechts`.split(
    /\s+/,
  ),
)

const parts = new Set(['train', 'training', 'test', 'testing', 'val', 'valid', 'validation', 'query', 'gallery'])

/**
 * The role of each level of folders above photos, outermost first: the level that repeats under others is no identity, nor are dates,
 * flanks, or the one folder that holds all. `folders[i]` are the names above photo i, as many for each.
 * @throws InputError where more than one level can be the identities.
 */
export function levelRoles(where: string, folders: readonly (readonly string[])[]): LevelRole[] {
  const depth = folders[0]!.length
  const names = Array.from({ length: depth }, (_, level) => [...new Set(folders.map((above) => above[level]!))])
  const split = names.find((level) => level.length > 1 && level.every((name) => parts.has(name.toLowerCase())))
  check(split === undefined, `${where}: folders for training and testing (${split?.join(', ')})`, 'name one of them')
  const roles = names.map((level, i): LevelRole | undefined => {
    if (level.every((name) => dates.test(name) || dayFirst.test(name))) return 'date'
    if (i > 0 && level.every((name) => months.test(name)) && names[i - 1]!.every((name) => dates.test(name)))
      return 'date'
    if (level.every((name) => flanks.has(name.toLowerCase().replace(/[\s-]+/g, '_')))) return 'flank'
    return level.length === 1 ? 'wrapper' : undefined
  })
  const open = roles.flatMap((role, i) => (role === undefined ? [i] : []))
  const left = open.filter((level) => !repeats(folders, level, open))
  check(
    left.length === 1,
    `${where}: no photos in it, nor in its folders, but below those: ${folders[0]!.join('/')}/…`,
    left.length === 0 && open.length === 0
      ? 'is it the folder above, or below?'
      : `which level has the individuals? ${left.map((level) => `${shortList(names[level]!, 3)} (level ${level + 1})`).join(', or ')}: a CSV says it`,
  )
  return roles.map((role, i) => role ?? (i === left[0] ? 'identity' : 'repeated'))
}

/** True where most names of a level stand under most folders of an open level above it, as `cam1` and `cam2` under each animal. */
function repeats(folders: readonly (readonly string[])[], level: number, open: readonly number[]): boolean {
  return open
    .filter((above) => above < level)
    .some((above) => {
      const parents = new Map<string, Set<string>>()
      for (const names of folders)
        parents.set(names[level]!, (parents.get(names[level]!) ?? new Set()).add(names[above]!))
      const all = new Set(folders.map((names) => names[above]!)).size
      const often = [...parents.values()].filter(({ size }) => size > 1 && size >= all / 2).length
      return often > parents.size / 2
    })
}
