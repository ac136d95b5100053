import { type Cell, counted, csvText } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import type { CutRange, Decision, PhotoClusters } from '../identify/index.ts'
import { boxCells, boxHeader, photosAndAnimals, showSeveral } from './animal-words.ts'
import { limitText, withMinus } from './score-table.ts'

/** A row for each photo, by cluster, the largest first. */
export function tableOfClusters({ photos, scale, match }: PhotoClusters): string {
  const text = (score: number | undefined) => score?.toFixed(match === null ? 4 : 6) ?? '' // scores of matched places crowd near 1
  const several = showSeveral(photos.map(({ photo }) => photo))
  const header = ['photo', 'cluster', scale, 'nearest_other', `nearest_other_${scale}`, 'sure']
  const rows = photos
    .toSorted((a, b) => a.cluster - b.cluster)
    .map(({ photo, cluster, score, nearest, sure }): Cell[] => [
      photo.filename,
      cluster,
      text(score),
      nearest?.cluster ?? '',
      text(nearest?.score),
      sure ? 'yes' : 'no',
      ...(several ? boxCells(photo) : []),
    ])
  return csvText([[...header, ...(several ? boxHeader : [])], ...rows])
}

/** What was found, and what is left to do. */
export function clustersText(
  found: PhotoClusters,
  decisions: readonly Decision[],
  { out, compared }: { readonly out: string; readonly compared: string | undefined },
): string {
  return [
    ...clusterWords(found, decisions, compared),
    '',
    `${out}: each photo with its cluster. These are proposals: compare the photos yourself, those that are not sure first`,
  ].join('\n')
}

/** What was found, a line for each fact; `compared`: how places took part, in words. */
export function clusterWords(
  found: PhotoClusters,
  decisions: readonly Decision[],
  compared: string | undefined,
): string[] {
  const { photos, individuals, interval, singles, sure, oneFlank } = found
  const [low, high] = interval
  const flanks =
    oneFlank === null
      ? []
      : [
          `flanks       ${oneFlank.left} were seen from the left only, ${oneFlank.right} from the right only: the two flanks of one animal are two proposals, unless a decision links them`,
        ]
  const decided = Object.entries(decisionCounts(decisions)).flatMap(([word, count]) =>
    word === 'new' && count === 0 ? [] : [`${count} ${word === 'new' ? 'not in the gallery' : word}`],
  )
  return [
    `photos       ${photosText(photos.map(({ photo }) => photo))}`,
    ...(compared === undefined ? [] : [`compared     ${compared}`]),
    `individuals  ${individuals} proposed (${low} to ${high}); ${singles} with one photo`,
    ...flanks,
    `sure         ${sure} of ${counted(photos.length, 'photo is', 'photos are')} in the same individual at both ends of this interval`,
    `threshold    ${thresholdWords(found.threshold, found.scale)}`,
    ...(decisions.length === 0 ? [] : [`decisions    ${decided.join(', ')}`]),
  ]
}

/** The number alone, unless some photos show several animals. */
function photosText(photos: readonly Photo[]): string {
  return showSeveral(photos) ? photosAndAnimals(photos) : String(photos.length)
}

/** The same as JSON. */
export function plainClusters(found: PhotoClusters, decisions: readonly Decision[]) {
  const { photos, threshold, toDecide: _, ...counts } = found
  const rounded = (value: number) => Number(value.toFixed(6))
  return {
    ...counts,
    photos: photos.length,
    threshold,
    decisions: decisionCounts(decisions),
    clusters: photos.map(({ photo, cluster, score, nearest, sure }) => ({
      photo: photo.filename,
      ...(photo.box === undefined ? {} : { box: photo.box }),
      cluster,
      score: score === undefined ? null : rounded(score),
      nearestOther: nearest === undefined ? null : { cluster: nearest.cluster, score: rounded(nearest.score) },
      sure,
    })),
  }
}

function decisionCounts(decisions: readonly Decision[]): Readonly<Record<Decision['decision'], number>> {
  const count = (word: Decision['decision']) => decisions.filter(({ decision }) => decision === word).length
  return { same: count('same'), different: count('different'), 'cannot tell': count('cannot tell'), new: count('new') }
}

/** Below it a threshold sorts the labelled photos badly. */
const poorAmi = 0.5

function thresholdWords({ at, strict, loose, from, labelled }: CutRange, scale: PhotoClusters['scale']): string {
  const told = `a mean ${scale} of ${limitText(at)} (interval: ${limitText(loose)} to ${limitText(strict)})`
  switch (from) {
    case 'even':
      return `${told}: as likely one individual as two`
    case 'stated':
      return `${told}, as you stated it: nothing was measured of how far it is off`
    case 'labelled':
      return `${told}: it finds ${counted(labelled!.individuals, 'individual')} on ${counted(labelled!.photos, 'labelled photo')} best (AMI ${withMinus(labelled!.ami)}${labelled!.ami < poorAmi ? ': 1 is perfect and 0 is chance, so do not trust the count' : ''})`
  }
}
