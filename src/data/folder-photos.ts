import { join } from 'node:path'
import { counted } from '../base/index.ts'
import { isUnknownLevel, type LevelRole, levelRoles, roleOfName } from './folder-levels.ts'
import { byCodeUnit, type Photo, shortList } from './manifest.ts'

/** A photo and the folders above it, outermost first. */
export interface Below {
  readonly above: readonly string[]
  readonly name: string
}

export function placeOf(path: string): Below {
  const above = path.split('/')
  const name = above.pop()!
  return { above, name }
}

/** Photos, what their folders were taken for, and what is to be doubted about that. */
interface FolderPhotos {
  readonly photos: readonly Photo[]
  readonly notes: readonly string[]
  readonly warnings: readonly string[]
}

/** Photos two levels down or more: which level is what, and said. Deeper folders than all photos have are of no meaning. */
export function fromLevels(path: string, below: readonly Below[]): FolderPhotos {
  const depth = Math.min(...below.map(({ above }) => above.length))
  const levels = below.map(({ above }) => above.slice(0, depth))
  const roles = levelRoles(path, levels)
  const photos = below.map((photo) => photoOf(path, photo, roles))
  const namesAt = (level: number) => [...new Set(levels.map((above) => above[level]!))].sort(byCodeUnit)
  const lines = roles.map((role, level) => {
    const nobodys = role === 'date' && !roles.includes('identity')
    return told(
      namesAt(level),
      nobodys ? ['is a date: one encounter', 'are dates: each is one encounter'] : roleWords[role],
    )
  })
  const warnings = roles.flatMap((role, level) =>
    isUnknownLevel(role, namesAt(level)) ? [takenForNothing(namesAt(level))] : [],
  )
  return { photos, notes: [`levels of folders: ${lines.join('; ')}`], warnings }
}

/** Scores flatter where photos of one sighting find each other: it is said, with the names that would tell sightings. */
function takenForNothing(names: readonly string[]): string {
  return (
    `${counted(names.length, 'folder')} (${shortList(names, 3)}) repeat below other folders and are taken for nothing: photos in them are not told apart ` +
    "by sighting, so photos of one sighting may find each other; if they are sightings, name them 'sighting 1', 'sighting 2' or by date ('2024-05-31')"
  )
}

/** What the folders above a photo say of it, the role of each being known. */
function photoOf(path: string, { above, name }: Below, roles: readonly LevelRole[]): Photo {
  const roleAt = (level: number) => (roles[level] === 'various' ? roleOfName(above[level]!) : roles[level])
  const at = (role: LevelRole) => above.filter((_, level) => roleAt(level) === role).join('/')
  const identity = at('identity') || undefined
  const date = at('date')
  const sighting = [date, at('encounter')].filter((name) => name !== '').join(' ')
  const camera = at('camera') || undefined
  const repeated = at('repeated')
  return {
    filename: [...above, name].join('/'),
    path: join(path, ...above, name),
    identity,
    encounter: sighting === '' ? undefined : [identity ?? camera, sighting].filter(Boolean).join(' '),
    timestamp: date === '' ? undefined : date.replaceAll('/', '-'),
    flank: at('flank') || undefined,
    ...(camera === undefined ? {} : { camera }),
    extra: repeated === '' ? {} : { folder: repeated },
  }
}

/**
 * Photos of individuals' folders of which some hold their photos and others folders of dates, sightings, flanks or cameras, or both:
 * where each folder below says by its name which it is. A photo beside them has no encounter.
 */
export function fromMixed(
  path: string,
  below: readonly Below[],
): { readonly photos: readonly Photo[]; readonly notes: readonly string[] } | undefined {
  const names = [...new Set(below.flatMap(({ above }) => above.slice(1)))].sort(byCodeUnit)
  if (names.length === 0 || names.some((name) => roleOfName(name) === undefined)) return undefined
  const photos = below.map((photo) =>
    photoOf(path, photo, ['identity', ...photo.above.slice(1).map((): LevelRole => 'various')]),
  )
  const lines = (['date', 'encounter', 'flank', 'camera'] as const).flatMap((role) => {
    const own = names.filter((name) => roleOfName(name) === role)
    return own.length === 0 ? [] : [told(own, roleWords[role])]
  })
  const alone = below.filter(({ above }) => above.length === 1).length
  const beside = `${counted(alone, 'photo lies', 'photos lie')} in the folder of an individual itself`
  return { photos, notes: [`levels of folders: the outermost are the individuals; ${lines.join('; ')}; ${beside}`] }
}

/** Said of one folder, and of several. */
const roleWords: Readonly<Record<LevelRole, readonly [one: string, several: string]>> = {
  identity: ['is the individual', 'are the individuals'],
  date: ['is a date: one encounter of its individual', 'are dates: each is one encounter of its individual'],
  encounter: [
    'is a sighting: one encounter of its individual',
    'are sightings: each is one encounter of its individual',
  ],
  flank: ['is a flank', 'are flanks'],
  camera: ['is a camera, and no individual', 'are cameras, and no individuals'],
  wrapper: ['around all', 'around all'],
  repeated: ['repeats, and is no individual', 'repeat, and are no individuals'],
  various: ['', 'are dates, sightings, flanks or cameras, each by its name'],
}

/** Names of folders, and what they are: `2 folders (Ana, Bo) are the individuals`. */
function told(names: readonly string[], [one, several]: readonly [string, string]): string {
  return `${counted(names.length, 'folder')} (${shortList(names, 3)}) ${names.length === 1 ? one : several}`
}
