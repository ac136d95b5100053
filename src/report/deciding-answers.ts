import { counted } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import {
  answerWords,
  type Decision,
  type Identification,
  percentText,
  placeOfNew,
  type ShownPhoto,
  shortNames,
  shownNames,
  similarityText,
} from '../identify/index.ts'
import type { DecidedPair, DecidingCandidate, DecidingData, DecidingGroup, DecidingQuestion } from './deciding-data.ts'
import { animalsByFile, type DecidingPictures, PhotoList, toldOf } from './deciding-photos.ts'
import { linesOf } from './place-lines.ts'

/** What a page asks: the photos that it shows, and its data once these have pictures. */
export interface AskedPage {
  readonly photos: readonly Photo[]
  dataWith(pictures: DecidingPictures): Pick<DecidingData, 'photos' | 'questions' | 'decided' | 'clusters'>
}

/** What answers are shown beside. */
export interface AskedAnswers {
  /** With photos of each candidate. */
  readonly found: readonly Identification[]
  /** The photos that decisions may name as the other one. */
  readonly gallery: readonly Photo[]
  readonly decisions: readonly Decision[]
  /** Rows of the same file about other photos: the page keeps them for its next file. */
  readonly ofOthers?: readonly Decision[] | undefined
}

/** The first `most` answers as questions to a person. */
export function askedAnswers({ found, gallery, decisions, ofOthers = [] }: AskedAnswers, most: number): AskedPage {
  const queries = found.map(({ photo }) => photo)
  const names = { asked: namesOf(queries, shortNames), known: namesOf(gallery, shownNames) }
  const animals = { asked: animalsByFile(queries), known: animalsByFile(gallery) }
  const list = new PhotoList()
  const parts: ('asked' | 'known')[] = []
  const place = (photo: Photo, part: 'asked' | 'known') => {
    const row = list.add(photo, part)
    parts[row] = part
    return row
  }
  const shown = found.slice(0, most).map((one) => ({
    one,
    photo: place(one.photo, 'asked'),
    groups: one.candidates.map((candidate) => ({
      candidate,
      photos: (candidate.photos ?? []).map((photo) => ({ shown: photo, photo: place(photo.photo, 'known') })),
    })),
  }))
  const dataWith = (pictures: DecidingPictures) => ({
    photos: list.photos.map((photo, i) =>
      toldOf(photo, {
        name: names[parts[i]!].get(photo.filename)!,
        picture: pictures[i] === undefined ? null : i,
        animal: animals[parts[i]!](photo),
      }),
    ),
    questions: shown.map(({ one, photo, groups }): DecidingQuestion => {
      const { answer, reason, notCompared } = one.answer
      const isUnmatched = reason === 'nobodyToCompare' && notCompared > 0
      const own = pictures[photo]
      return {
        photo,
        name: '',
        answer: reason === 'decided' ? 'decided' : isUnmatched ? 'unmatched' : answer,
        words: wordsOf(one, names),
        isNew: newOf(one),
        groups: groups.map(({ candidate, photos }): DecidingGroup => {
          const other = (p: number) => [own, pictures[p]] as const
          return {
            name: candidate.identity,
            words: groupWords(candidate, one),
            placeTime: placeTimeWords(candidate),
            photos: photos.map(
              ({ shown, photo }): DecidingCandidate => ({
                photo,
                words: candidateWords(shown, one),
                lines: shown.match === undefined ? null : linesOf(shown.match.places, other(photo)),
              }),
            ),
          }
        }),
      }
    }),
    decided: [...decisions.map((one) => asPair(one, names)), ...ofOthers.map(asKept)],
    clusters: [],
  })
  return { photos: list.photos, dataWith }
}

type Names = ReadonlyMap<string, string>

function namesOf(photos: readonly Photo[], names: typeof shownNames): Names {
  const shown = names(photos)
  return new Map(photos.map(({ filename }, i) => [filename, shown[i]!]))
}

/** What is said of a photo, by the names of the page: of no photo that it names the folders above are told. */
function wordsOf(one: Identification, names: { readonly asked: Names; readonly known: Names }): string {
  const longestFirst = [...names.asked, ...names.known]
    .filter(([name, shown]) => name !== shown)
    .sort(([a], [b]) => b.length - a.length)
  return longestFirst.reduce((words, [name, shown]) => words.replaceAll(name, () => shown), answerWords(one))
}

/** By the names of the page, the photo that was asked about first. */
function asPair(
  { photo, other, decision, inGallery = [false, true] }: Decision,
  names: { readonly asked: Names; readonly known: Names },
): DecidedPair {
  const nameOf = (name: string, isKnown: boolean) => (isKnown ? names.known : names.asked).get(name) ?? name
  const first = nameOf(photo, inGallery[0])
  if (other === undefined) return { photo: first, other: '', decision }
  const second = nameOf(other, inGallery[1])
  return inGallery[0] && !inGallery[1]
    ? { photo: second, other: first, decision }
    : { photo: first, other: second, decision }
}

/** A row about other photos, by its own names without the folders that only say where somebody keeps photos. */
export function asKept({ photo, other = '', decision }: Decision): DecidedPair {
  const [first, second] = [photo, other].map((name) =>
    name.replace(/^(\.{1,2}\/)+/, '').replace(/^\/.*\/(?=[^/]+\/[^/]+$)/, ''),
  )
  return { photo: first!, other: second!, decision }
}

/** Nothing where a person decided, or nobody was compared. */
function newOf(one: Identification): DecidingQuestion['isNew'] {
  const { newProbability } = one.answer
  if (newProbability === undefined || one.candidates.length === 0) return null
  return { words: `probability ${percentText(newProbability)}`, place: placeOfNew(one) }
}

type Scale = Pick<Identification, 'isScore'>

function groupWords(
  { similarity, places, probability, mirrored }: Identification['candidates'][number],
  scale: Scale,
): string {
  const agree = placesWords(places)
  const turned = mirroredWords(mirrored)
  if (probability === undefined) return `${similarityWords(similarity, places, scale)}${agree}${turned}`
  return `probability ${percentText(probability)}${agree}${turned}`
}

/** Nearly all similarities of matched places are nearly 1: they have as many decimals as tell them from it. */
function similarityWords(similarity: number, places: number | undefined, { isScore }: Scale): string {
  const scale = places === undefined && isScore !== true ? 'similarity' : 'score'
  return `${scale} ${similarityText(similarity)}`
}

function placesWords(places: number | undefined): string {
  return places === undefined ? '' : `, ${counted(places, 'place agrees', 'places agree')}`
}

/** Never where and when: how much more often than others it is there then. */
function placeTimeWords({ placeTime }: Identification['candidates'][number]): string {
  if (placeTime === undefined) return ''
  const { factor, probability } = placeTime
  const together = probability === undefined ? '' : `, with them ${percentText(probability)}`
  return `place and time: ${factor.toFixed(1)} times the average${together}`
}

/** The page shows the photo as it is, and lines between places that agree so. */
function mirroredWords(mirrored: boolean | undefined): string {
  return mirrored === true ? ', fits better mirrored' : ''
}

function candidateWords({ similarity, match, mirrored }: ShownPhoto, scale: Scale): string {
  const places = match && match.places.length / 4
  return `${similarityWords(similarity, places, scale)}${placesWords(places)}${mirroredWords(mirrored)}`
}
