import type { Photo } from '../data/index.ts'
import type { Identification } from '../identify/index.ts'

/** Answers whose photos go by short names, and where these begin. */
export interface ShortPaths {
  readonly found: readonly Identification[]
  /** What all names of a kind begin with is said here once; empty where there is nothing to say. */
  readonly told: string
}

/**
 * Answers for a screen: the folder that all photos lie in is left out of their names, and so is that of all best matches, and the folder of
 * an individual in a row that names it.
 */
export function withShortPaths(found: readonly Identification[]): ShortPaths {
  const matches = found.flatMap(({ candidates }) => candidates)
  const asked = commonFolder(found.map(({ photo }) => photo.filename))
  const known = commonFolder(matches.map(({ photo }) => photo.filename))
  const inOwn = matches.length > 0 && matches.every(({ identity, photo }) => isBelow(photo, `${known}${identity}/`))
  const told = [
    ...inFolder(asked).map((place) => `photos: ${place}`),
    ...(known === '' && !inOwn ? [] : [`best matches: ${[...inFolder(known), ...(inOwn ? [ofOwn] : [])].join(', ')}`]),
  ].join('; ')
  const short = found.map((one) => ({
    ...one,
    photo: without(one.photo, asked),
    answer: withShortNames(one.answer, asked, known),
    candidates: one.candidates.map((candidate) => ({
      ...candidate,
      photo: without(candidate.photo, inOwn ? `${known}${candidate.identity}/` : known),
    })),
  }))
  return { found: short, told }
}

const ofOwn = 'in the folder of the individual'

function inFolder(folder: string): string[] {
  return folder === '' ? [] : [`in ${folder.slice(0, -1)}`]
}

/** The folders that all paths lie in, with a `/` behind; '' where there is none. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/').slice(0, -1))
  const end = first.findIndex((folder, i) => others.some((path) => path[i] !== folder))
  const folders = end === -1 ? first : first.slice(0, end)
  const folder = folders.join('/')
  return folder === '' ? '' : `${folder}/`
}

function isBelow({ filename }: Photo, folder: string): boolean {
  return filename.startsWith(folder)
}

function without(photo: Photo, folder: string): Photo {
  return folder === '' ? photo : { ...photo, filename: photo.filename.slice(folder.length) }
}

/** The photos that an answer names: of a decision either may be the one asked about. */
function withShortNames(answer: Identification['answer'], asked: string, known: string): Identification['answer'] {
  const short = (name: string) =>
    name.slice([asked, known].find((folder) => folder !== '' && name.startsWith(folder))?.length ?? 0)
  const { decidedBy, conflict } = answer
  return {
    ...answer,
    ...(decidedBy === undefined
      ? {}
      : {
          decidedBy: {
            ...decidedBy,
            photo: short(decidedBy.photo),
            ...(decidedBy.other === undefined ? {} : { other: short(decidedBy.other) }),
          },
        }),
    ...(conflict === undefined ? {} : { conflict: short(conflict) }),
  }
}
