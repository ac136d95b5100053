import { check } from '../base/index.ts'
import { isDateName, isYearFirst } from './date-names.ts'
import { isFlankName } from './flank-words.ts'
import { shortList } from './manifest.ts'
import { isUsualNobody } from './nobody.ts'

/** What the folders of one level are. */
export type LevelRole = 'identity' | 'date' | 'encounter' | 'flank' | 'camera' | 'wrapper' | 'repeated' | 'various'

const months = /^(0?[1-9]|1[0-2])$/

/** Words for a camera with its number, and the folders that cameras make (100RECNX). */
const cameras = [
  /^(cam|camera|camara|câmara|câmera|cámara|caméra|kamera|camera ?trap|cam ?trap|trap|station|estacion|estación|estação)[\s_-]*(\d{1,4}[a-z]?|[a-z])$/i,
  /^(dcim|\d{3}[a-z_]{5}|\d{3}_\d{4}|\d{3}ek113)$/i,
]

/** Words for a sighting with its number, without accents. */
const encounters =
  /^(enc|encounter|sight|sighting|observation|event|visit|session|occasion|burst|seq|sequence|sichtung|begegnung|beobachtung|besuch|encuentro|avistamiento|observacion|evento|visita|encontro|avistamento|observacao|rencontre|visite)[\s_-]*\d{1,4}[a-z]?$/i

const parts = new Set(['train', 'training', 'test', 'testing', 'val', 'valid', 'validation', 'query', 'gallery'])

/** What a name alone says that its folder is; undefined where it may be an individual. */
export function roleOfName(name: string): 'date' | 'encounter' | 'flank' | 'camera' | undefined {
  if (isDateName(name)) return 'date'
  if (encounters.test(name.normalize('NFKD').replace(/\p{M}/gu, ''))) return 'encounter'
  if (isFlankName(name)) return 'flank'
  return areCameras([name]) ? 'camera' : undefined
}

/** What the names of a level say that it is; undefined where they may be individuals. */
function roleOf(level: readonly string[], above: readonly string[] | undefined): LevelRole | undefined {
  const own = [...new Set(level.map(roleOfName))]
  if (own.length === 1 && own[0] !== 'camera' && own[0] !== undefined) return own[0]
  if (above !== undefined && areFlanks(level)) return 'flank'
  if (above?.every(isYearFirst) && level.every((name) => months.test(name))) return 'date'
  if (above !== undefined && own.length > 1 && !own.includes(undefined)) return 'various'
  return level.length === 1 ? 'wrapper' : undefined
}

/** Also with a folder of photos of which nobody knows the flank. */
function areFlanks(level: readonly string[]): boolean {
  return level.some(isFlankName) && level.every((name) => isFlankName(name) || isUsualNobody(name))
}

function areCameras(level: readonly string[]): boolean {
  return level.every((name) => cameras.some((words) => words.test(name)))
}

/** True for folders of which none can be an individual by its name. */
export function areNobodys(names: readonly string[]): boolean {
  const role = roleOf(names, undefined)
  return areCameras(names) || role === 'date' || role === 'encounter' || (role === 'flank' && names.length > 1)
}

/**
 * The role of each level of folders above photos, outermost first: the level that repeats under others is no identity, nor are dates,
 * sightings, flanks, cameras, or the one folder that holds all. `folders[i]` are the names above photo i, as many for each. Where no level can be the
 * identities, but one has dates or cameras, the photos are of nobody known.
 * @throws InputError where more than one level can be the identities.
 */
export function levelRoles(where: string, folders: readonly (readonly string[])[]): LevelRole[] {
  const depth = folders[0]!.length
  const names = Array.from({ length: depth }, (_, level) => [...new Set(folders.map((above) => above[level]!))])
  const split = names.find((level) => level.length > 1 && level.every((name) => parts.has(name.toLowerCase())))
  check(split === undefined, `${where}: folders for training and testing (${split?.join(', ')})`, 'name one of them')
  const roles = names.map((level, i) => roleOf(level, names[i - 1]))
  const open = roles.flatMap((role, i) => (role === undefined ? [i] : []))
  const single = open.filter((level) => !repeats(folders, level, open))
  const left = single.filter((level) => !areCameras(names[level]!))
  const known =
    single.length > left.length || ['date', 'encounter', 'flank'].some((role) => roles.some((found) => found === role))
  checkOneLevel(where, names, left)
  check(
    left.length === 1 || known,
    `${where}: no photos in it, nor in its folders, but below those: ${folders[0]!.join('/')}/…`,
    'is it the folder above, or below?',
  )
  return roles.map((role, i) => role ?? (i === left[0] ? 'identity' : single.includes(i) ? 'camera' : 'repeated'))
}

/** @throws InputError where several levels, each with its names, can be the individuals. */
function checkOneLevel(where: string, names: readonly (readonly string[])[], open: readonly number[]): void {
  const last = open.at(-1)
  if (open.length < 2 || last === undefined) return
  const deep = names.length === 2 ? 'two folders' : `${names.length} folders`
  const levels = open.map((level) => `${shortList(names[level]!, 3)} (level ${level + 1})`).join(', or ')
  const which = open.length === 2 ? 'both levels' : 'several levels'
  const number = names[last]!.find((name) => /^\d{1,4}$/.test(name)) ?? '1'
  check(
    false,
    `${where}: photos lie ${deep} deep, and ${which} could be the individuals: ${levels}`,
    `if the folders of level ${last + 1} are sightings, name them 'sighting ${number}' or by date ('2024-05-31'); else give a CSV with the columns filename and identity in place of the folder`,
  )
}

/** True for a level that repeats and is not told by its names: nobody knows what its folders are. */
export function isUnknownLevel(role: LevelRole, names: readonly string[]): boolean {
  return role === 'repeated' && !areCameras(names)
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
