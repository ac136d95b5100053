import { counted } from '../base/index.ts'
import type { AgreeingPlaces, ClusteredPhoto, Decision, PhotoClusters } from '../identify/index.ts'
import { shownNames } from '../identify/index.ts'
import { type AskedPage, asKept } from './deciding-answers.ts'
import type { DecidingCandidate, DecidingCluster, DecidingQuestion } from './deciding-data.ts'
import { animalsByFile, type DecidingPictures, PhotoList, type ShownPicture, toldOf } from './deciding-photos.ts'
import { linesOf } from './place-lines.ts'

/** What proposals are shown beside. */
export interface AskedClusters {
  /** With pairs to decide. */
  readonly clusters: PhotoClusters
  readonly decisions: readonly Decision[]
  /** Rows of the same file about other photos: the page keeps them for its next file. */
  readonly ofOthers?: readonly Decision[] | undefined
  /** Of each pair to decide, by row of the other photo, the places that agree (`matchPairs`); absent where they were not matched. */
  readonly matches?: readonly ReadonlyMap<number, AgreeingPlaces>[] | undefined
}

/** How much a page of clusters holds. */
export interface ClusterPageLimits {
  /** Pairs to decide. */
  readonly questions: number
  /** Photos in all; those of pairs come first. */
  readonly photos: number
}

/** Proposed individuals: the pairs nearest to the threshold as questions, and the photos of each proposal. */
export function askedClusters(
  { clusters, decisions, ofOthers = [], matches }: AskedClusters,
  most: ClusterPageLimits,
): AskedPage {
  const { photos, toDecide, scale } = clusters
  const all = photos.map(({ photo }) => photo)
  const names = shownNames(all)
  const nameOf = new Map(all.map(({ filename }, i) => [filename, names[i]!]))
  const animals = animalsByFile(all)
  const list = new PhotoList()
  const place = (row: number) => list.add(all[row]!, 'asked')
  const asked = toDecide.slice(0, most.questions).map((pair) => ({
    pair,
    photo: place(pair.photo),
    others: pair.others.map((row) => ({ row, photo: place(row) })),
  }))
  const shown = new Map<number, number[]>() // of each cluster
  for (const [row, { cluster }] of bySize(photos)) {
    const own = shown.get(cluster) ?? []
    shown.set(cluster, own)
    if (list.photos.length < most.photos || list.has(all[row]!, 'asked')) own.push(place(row))
  }
  const counts = new Map<number, number>()
  for (const { cluster } of photos) counts.set(cluster, (counts.get(cluster) ?? 0) + 1)
  const dataWith = (pictures: DecidingPictures) => ({
    photos: list.photos.map((photo, i) =>
      toldOf(
        { ...photo, identity: undefined },
        {
          name: nameOf.get(photo.filename)!,
          picture: pictures[i] === undefined ? null : i,
          animal: animals(photo),
        },
      ),
    ),
    questions: asked.map(({ pair, photo, others }, question): DecidingQuestion => {
      const own = photos[pair.photo]!.cluster
      const other = photos[pair.others[0]!]!.cluster
      return {
        photo,
        name: `Proposal ${own}`,
        answer: pair.joined ? 'joined' : 'parted',
        words: questionWords(pair, [own, other], clusters),
        isNew: null,
        groups: [
          {
            name: pair.joined ? `Proposal ${other}, another part` : `Proposal ${other}`,
            words: `mean ${scale} ${pair.score.toFixed(2)}`,
            placeTime: '',
            photos: others.map(({ row, photo: other }): DecidingCandidate => {
              const match = matches?.[question]?.get(row)
              return { photo: other, ...placesTold(match, [pictures[photo], pictures[other]]) }
            }),
          },
        ],
      }
    }),
    decided: [
      ...decisions.map(({ photo, other, decision }) => ({
        photo: nameOf.get(photo) ?? photo,
        other: other === undefined ? '' : (nameOf.get(other) ?? other),
        decision,
      })),
      ...ofOthers.map(asKept),
    ],
    clusters: [...shown].map(
      ([number, own]): DecidingCluster => ({
        number,
        photos: own,
        count: counts.get(number)!,
        sure: photos.find(({ cluster }) => cluster === number)!.sure,
      }),
    ),
  })
  return { photos: list.photos, dataWith }
}

function placesTold(
  match: AgreeingPlaces | undefined,
  pictures: readonly [ShownPicture | undefined, ShownPicture | undefined],
): Pick<DecidingCandidate, 'words' | 'lines'> {
  if (match === undefined) return { words: '', lines: null }
  return {
    words: counted(match.count, 'place agrees', 'places agree'),
    lines: linesOf(match.places, pictures),
  }
}

function bySize(photos: readonly ClusteredPhoto[]): [row: number, photo: ClusteredPhoto][] {
  return [...photos.entries()].sort(([, a], [, b]) => a.cluster - b.cluster)
}

/** Only just: the two ends of the threshold's range say different things of it. */
function questionWords(
  { joined, score }: PhotoClusters['toDecide'][number],
  [own, other]: readonly [number, number],
  { scale, threshold }: Pick<PhotoClusters, 'scale' | 'threshold'>,
): string {
  const near = score >= threshold.loose && score <= threshold.strict ? ', but only just' : ''
  const mean = `the mean ${scale} of their pairs is ${score.toFixed(2)}`
  return joined
    ? `Both are in proposal ${own}${near}: ${mean}. “Different” takes it apart.`
    : `Proposals ${own} and ${other} are two individuals${near}: ${mean}. “Same” makes them one.`
}
