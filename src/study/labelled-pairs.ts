import { check, counted, Rng } from '../base/index.ts'
import { type EvidentPairs, fusedScore, type PairEvidence, type PairFusion } from '../calibration/index.ts'
import type { Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { evidenceOf, type LocalResult } from '../identify/index.ts'
import { type FusionConfig, fusionDefaults } from '../local/index.ts'
import { forEachSimilarityRow } from '../retrieval/index.ts'

/** Photos of known individuals, and the gallery that they are held against; one and the same object twice for a set against itself. */
export interface PairedPhotos {
  readonly queries: PhotoEmbeddings
  readonly gallery: PhotoEmbeddings
  /** Pairs that do not meet: a photo and itself, and photos of one sighting. */
  readonly leaveOut: (query: number, photo: number) => boolean
  /** Matched places of the coat. */
  readonly local?: LocalResult | undefined
  /**
   * The same with the query's own individual out of the gallery: a place that one individual has is worth less to the others, so that strangers get more
   * where it is away. `local` again unless given.
   */
  readonly absent?: LocalResult | undefined
  readonly config?: FusionConfig | undefined
  /** How many matchers found them; as many as any pair tells of unless given. */
  readonly matchers?: number | undefined
}

/** A pair that is fitted on, by its places, and how many pairs it stands for. */
interface DrawnPair {
  readonly query: number
  readonly photo: number
  readonly weight: number
  readonly evidence: PairEvidence
  readonly same: 0 | 1
}

/** Pairs of two individuals are drawn where there are more: their number says no more about a curve. */
const mostPairs = 60_000

/** All pairs of photos with their evidence, and the folds of individuals that take turns in being held out. */
export class LabelledPairs {
  /** 0 where there are too few individuals to hold any out. */
  readonly folds: number
  readonly #photos: PairedPhotos
  readonly #similarities: readonly Float32Array[]
  readonly #alone: { readonly [who in Asked]: readonly Float32Array[] }
  readonly #foldOf: ReadonlyMap<string, number>
  readonly #drawn: readonly DrawnPair[]
  readonly #seed: number

  /** @throws InputError with too few individuals. */
  constructor(photos: PairedPhotos, seed = 0) {
    const rows: Float32Array[] = []
    forEachSimilarityRow(photos.queries.embeddings, photos.gallery.embeddings, (query, row) => {
      rows[query] = row.slice()
    })
    this.#photos = photos
    this.#seed = seed
    this.#similarities = rows
    const { local, absent = local } = photos
    const aloneOf = (result: LocalResult | undefined) => (result ? rows.map((_, query) => result.alone(query)) : [])
    this.#alone = { present: aloneOf(local), absent: aloneOf(absent) }
    const names = [...new Set([...photos.queries.photos, ...photos.gallery.photos].map(({ identity }) => identity!))]
    const found = new Set(this.#foundIndividuals())
    checkEnough(found.size)
    this.folds = found.size < fewestMeasured ? 0 : Math.min(mostFolds, Math.floor(found.size / 4))
    const order = new Rng(seed).fork('folds of individuals').shuffle(names.sort())
    const dealt = [...order.filter((name) => found.has(name)), ...order.filter((name) => !found.has(name))]
    this.#foldOf = new Map(dealt.map((name, i) => [name, i % Math.max(1, this.folds)]))
    this.#drawn = this.#draw(new Rng(seed).fork('pairs'))
  }

  get individuals(): number {
    return new Set(this.#foundIndividuals()).size
  }

  /** Share of pairs of one individual among all that meet. */
  get prior(): number {
    return this.priorOf(this.pairs())
  }

  priorOf({ same, weights }: EvidentPairs): number {
    let [own, all] = [0, 0]
    for (let i = 0; i < same.length; i++) {
      own += same[i]! * (weights?.[i] ?? 1)
      all += weights?.[i] ?? 1
    }
    return own / all
  }

  /** Pairs of which both individuals are in the fold, of which neither is, or all. */
  pairs(fold?: number, side: 'in' | 'out' = 'out'): EvidentPairs {
    const chosen = this.#drawn.filter(({ query, photo }) => this.#isOn(query, photo, fold, side))
    return {
      evidence: chosen.map(({ evidence }) => evidence),
      same: chosen.map(({ same }) => same),
      weights: chosen.map(({ weight }) => weight),
      matchers: this.#photos.matchers,
    }
  }

  /** What is known of a pair, the query's own individual being in the gallery or not. */
  evidence(query: number, photo: number, asked: Asked = 'present'): PairEvidence {
    const { local, absent = local, config = fusionDefaults } = this.#photos
    const matched = asked === 'present' ? local : absent
    return {
      similarity: this.#similarities[query]![photo]!,
      local: evidenceOf(matched?.matches[query]?.get(photo), config),
      alone: this.#alone[asked][query]?.[photo],
    }
  }

  /** Queries of the fold, or outside of it, with the photos that they meet there. */
  meetings(fold?: number, side: 'in' | 'out' = 'out'): readonly Meeting[] {
    const { queries, gallery, leaveOut } = this.#photos
    const known = gallery.photos.flatMap(({ identity }, photo) => (this.#isSide(identity!, fold, side) ? [photo] : []))
    return queries.photos.flatMap(({ identity }, query) => {
      if (!this.#isSide(identity!, fold, side)) return []
      return [{ query, identity: identity!, photos: known.filter((photo) => !leaveOut(query, photo)) }]
    })
  }

  /**
   * A meeting as `identify` asks: with as many photos of the query's individual as of others. In a set against itself its own individual lacks the query
   * and its sighting, and would be known by having fewer photos. So others lack as much: what one of their photos, drawn by lot, may not meet.
   */
  asQuestion(meeting: Meeting): Meeting {
    const { queries, gallery, leaveOut } = this.#photos
    if (queries !== gallery) return meeting
    const rng = new Rng(this.#seed).fork(`photos of others ${meeting.query}`)
    const byIndividual = new Map<string, number[]>()
    for (const photo of meeting.photos)
      byIndividual.set(this.identityOf(photo), [...(byIndividual.get(this.identityOf(photo)) ?? []), photo])
    const photos = [...byIndividual].flatMap(([identity, all]) => {
      if (identity === meeting.identity) return all
      const drawn = all[rng.int(all.length)]!
      const left = all.filter((photo) => !leaveOut(drawn, photo))
      return left.length === 0 ? all : left
    })
    return { ...meeting, photos }
  }

  /** Scores of a query with photos: those of its own individual are always as if that were in the gallery. */
  scores(fusion: PairFusion, { query, identity, photos }: Meeting, asked: Asked = 'present'): Float64Array {
    return Float64Array.from(photos, (photo) =>
      fusedScore(fusion, this.evidence(query, photo, this.identityOf(photo) === identity ? 'present' : asked)),
    )
  }

  identityOf(photo: number): string {
    return this.#photos.gallery.photos[photo]!.identity!
  }

  contentHashOf(photo: number): string {
    return this.#photos.gallery.contentHashes[photo]!
  }

  #isSide(identity: string, fold: number | undefined, side: 'in' | 'out'): boolean {
    return fold === undefined || (this.#foldOf.get(identity) === fold) === (side === 'in')
  }

  #isOn(query: number, photo: number, fold: number | undefined, side: 'in' | 'out'): boolean {
    const { queries, gallery } = this.#photos
    const [a, b] = [queries.photos[query]!.identity!, gallery.photos[photo]!.identity!]
    return this.#isSide(a, fold, side) && this.#isSide(b, fold, side)
  }

  #foundIndividuals(): string[] {
    const { queries, gallery, leaveOut } = this.#photos
    return queries.photos.flatMap(({ identity }, query) => {
      const isFound = gallery.photos.some((photo, g) => photo.identity === identity && !leaveOut(query, g))
      return isFound ? [identity!] : []
    })
  }

  /** All pairs of one individual and all that were matched, and of the others as many as there is room for. */
  #draw(rng: Rng): DrawnPair[] {
    const { queries, gallery, leaveOut, local } = this.#photos
    const all = queries.photos.length * gallery.photos.length
    const rate = Math.min(1, mostPairs / all)
    const drawn: DrawnPair[] = []
    queries.photos.forEach(({ identity }, query) => {
      gallery.photos.forEach((other, photo) => {
        if (leaveOut(query, photo)) return
        const same = other.identity === identity ? 1 : 0
        const always = rate === 1 || same === 1 || local?.matches[query]?.has(photo) === true
        if (always || rng.chance(rate))
          drawn.push({ query, photo, weight: always ? 1 : 1 / rate, evidence: this.evidence(query, photo), same })
      })
    })
    return drawn
  }
}

/** Whether a query's own individual is in the gallery. */
type Asked = 'present' | 'absent'

/** A query and the photos that it meets. */
export interface Meeting {
  readonly query: number
  readonly identity: string
  readonly photos: readonly number[]
}

const mostFolds = 5

/** One alone has nobody to be confused with. */
const fewestIndividuals = 2

/** Fewer cannot be dealt into folds of known and new. */
const fewestMeasured = 8

function checkEnough(individuals: number): void {
  check(
    individuals >= fewestIndividuals,
    `calibration: ${counted(individuals, 'individual has', 'individuals have')} a photo and another one to be found by, expected ${fewestIndividuals} at least`,
    'photos of more individuals, or of more encounters of each',
  )
}

/**
 * Before photos are decoded: that labels alone allow a calibration. Without a `gallery` the photos are each other's. Which of them meet is not asked
 * here. @throws InputError where fewer than two individuals can be found by another photo.
 */
export function checkCalibratable(queries: readonly Photo[], gallery?: readonly Photo[]): void {
  const others = new Map<string, number>()
  for (const { identity } of gallery ?? queries)
    if (identity !== undefined) others.set(identity, (others.get(identity) ?? 0) + 1)
  const needed = gallery === undefined ? 2 : 1
  const found = new Set(
    queries.flatMap(({ identity = '' }) => ((others.get(identity) ?? 0) >= needed ? [identity] : [])),
  )
  checkEnough(found.size)
}
