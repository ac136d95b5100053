import { counted } from '../base/index.ts'
import {
  type BurstFindings,
  burstDefaults,
  burstsOf,
  forEachNearPair,
  hasSplit,
  type MaskShare,
  type Photo,
  type PhotoHashes,
  samePictureBits,
  whySkipped,
} from '../data/index.ts'
import { type CosineRowsOptions, cosinesAmong, type Embeddings, visitCosineRows } from '../retrieval/index.ts'
import { nearestAcross } from './border-pairs.ts'
import type { LeakageCertificate } from './certificate.ts'
import { identitiesAtRisk, type RiskOptions } from './risk.ts'

/** What an audit finds, the gravest first; identical files under two names are two names on one picture. */
export type FindingKind =
  | 'unreadable'
  | 'identical file'
  | 'two names on one picture'
  | 'unlike its individual'
  | 'near duplicate'
  | 'no mask'
  | 'unlikely mask'
  | 'individual at risk'

/** One thing that speaks against a photo, a pair of photos or an individual. */
export interface Finding {
  readonly kind: FindingKind
  readonly photo: string
  readonly identity: string
  readonly split: string
  readonly otherPhoto: string
  readonly otherIdentity: string
  readonly otherSplit: string
  /** Of 64: in the hash that tells the two better apart. */
  readonly bits: number | null
  /** Cosine of photo and other photo, where a model was asked. */
  readonly cosine: number | null
  readonly detail: string
}

/** Two photos that a border lies between, and that are nevertheless alike. */
export type NearestPair = Omit<Finding, 'kind' | 'detail'> & {
  readonly encounter: string
  readonly otherEncounter: string
  readonly by: 'hash' | 'cosine'
  readonly sameIdentity: boolean
}

/** The nearest pairs across a border, those by hash first. */
export interface NearestPairs {
  /** What lies between the two photos of a pair. */
  readonly border: 'sides of the split' | 'encounters'
  readonly pairs: readonly NearestPair[]
}

/** What speaks against a dataset. */
export interface Audit {
  readonly photos: number
  readonly individuals: number
  readonly bursts: BurstFindings
  /** Of the table's own split; null where it has none. */
  readonly leakage: LeakageCertificate | null
  /** Null where the table has no split and no encounters are known. */
  readonly nearest: NearestPairs | null
  readonly counts: Readonly<Record<FindingKind, number>>
  readonly findings: readonly Finding[]
}

/** What an audit looks at. */
export interface AuditInput extends PhotoHashes, RiskOptions {
  readonly leakage?: LeakageCertificate | null
  /** [photos, D], of the same photos in the same order. */
  readonly embeddings?: Embeddings | undefined
  /** From which cosine on photos of one individual are a burst; `burstDefaults.cosine` unless given. */
  readonly burstCosine?: number | undefined
  /** Of the photos that have masks. */
  readonly maskShares?: readonly MaskShare[] | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** How far embeddings are compared: for strangers, bursts, and the nearest across a border, one after another. */
  readonly onCosines?: ((done: number, total: number) => void) | undefined
}

/** Pairs of one kind that are listed; all are counted. */
const listedAtMost = 1000

/** A photo whose nearest stranger is nearer than its nearest own by this much is likely to have a wrong name. */
const suspiciousMargin = 0.15

/** Shares of a photo, or of its box, between which a mask is as large as an animal that somebody can be told by. */
const likelyMask = { least: 0.01, most: 0.98 } as const

/**
 * Holds against a dataset: files that cannot be read, identical files, near duplicates (within the burst radius, both hashes), pictures with
 * two names, photos without a mask where others have one, masks that leave under 1 % or over 98 % of a photo, individuals of whom too little is known; with embeddings also photos whose nearest
 * photo of another individual is nearer by 0.15 than the nearest of their own.
 */
export async function auditPhotos(input: AuditInput): Promise<Audit> {
  const { photos, hashes, contentHashes, skipped, leakage = null, embeddings, signal, onProgress } = input
  const found: Finding[] = skipped.map((one) =>
    finding('unreadable', one.photo, undefined, { detail: whySkipped(one) }),
  )
  const counts = new Map<FindingKind, number>([['unreadable', skipped.length]])
  const add = (one: Finding) => {
    const count = (counts.get(one.kind) ?? 0) + 1
    counts.set(one.kind, count)
    if (count <= listedAtMost) found.push(one)
  }
  await forEachNearPair(hashes, { radius: burstDefaults.radius, signal, onProgress }, (a, b, ...each) => {
    const bits = Math.max(...each)
    const [photo, other] = [photos[a]!, photos[b]!]
    if (bits > burstDefaults.radius || photo.path === other.path) return
    const two = photo.identity !== undefined && other.identity !== undefined && photo.identity !== other.identity
    const oneFile = contentHashes[a] === contentHashes[b]
    if (two && (oneFile || bits <= samePictureBits))
      add(finding('two names on one picture', photo, other, { bits, detail: oneFile ? 'one file' : '' }))
    else if (oneFile) add(finding('identical file', photo, other, { bits }))
    else if (!two) add(finding('near duplicate', photo, other, { bits }))
  })
  const { onCosines } = input
  if (embeddings !== undefined)
    for (const one of await strangers(photos, embeddings, { signal, onProgress: onCosines })) add(one)
  if (photos.some(({ mask }) => mask !== undefined))
    for (const photo of photos) if (photo.mask === undefined) add(finding('no mask', photo, undefined, {}))
  for (const { photo, share } of input.maskShares ?? []) {
    const detail = maskDoubt(share)
    if (detail !== undefined) add(finding('unlikely mask', photo, undefined, { detail }))
  }
  for (const { identity, photos: count, encounters, flanks, reasons } of identitiesAtRisk(photos, input)) {
    const known = [
      `${counted(count, 'photo')}`,
      ...(encounters === undefined ? [] : [`${counted(encounters, 'encounter')}`]),
      ...(flanks.length === 0 ? [] : [`flanks: ${flanks.join(', ')}`]),
    ]
    add({ ...nothing, kind: 'individual at risk', identity, detail: `${reasons.join(', ')} (${known.join(', ')})` })
  }
  const { bursts: _, ...bursts } = await burstsOf(
    hashes,
    photos.map(({ identity }) => identity),
    {
      signal,
      onCosines,
      cosine: input.burstCosine,
      cosinesAmong: embeddings && !embeddings.fusion ? cosinesAmong(embeddings) : undefined,
    },
  )
  return {
    photos: photos.length,
    individuals: new Set(photos.flatMap(({ identity }) => identity ?? [])).size,
    bursts,
    leakage,
    nearest: await nearestOf(photos, hashes, embeddings, { signal, onProgress: onCosines }),
    counts: countsOf(counts),
    findings: kinds.flatMap((kind) => found.filter((one) => one.kind === kind)),
  }
}

function maskDoubt(share: number): string | undefined {
  const { least, most } = likelyMask
  if (share === 0) return 'empty: it leaves nothing of the photo'
  const percent = (100 * share).toFixed(1)
  if (share < least) return `too small for an animal: ${percent} % of the photo`
  return share > most ? `too large for an animal: ${percent} % of the photo` : undefined
}

async function nearestOf(
  photos: readonly Photo[],
  hashes: Uint32Array,
  embeddings: Embeddings | undefined,
  options: CosineRowsOptions,
): Promise<NearestPairs | null> {
  const side = ({ split }: Photo) => (split === undefined ? undefined : split === 'train')
  const bySplit = hasSplit(photos)
  if (!bySplit && photos.every(({ encounter }) => encounter === undefined)) return null
  const apart = (a: Photo, b: Photo) =>
    bySplit
      ? side(a) !== undefined && side(b) !== undefined && side(a) !== side(b)
      : a.encounter !== undefined && b.encounter !== undefined && a.encounter !== b.encounter
  const found = await nearestAcross({ photos, hashes, embeddings, apart, ...options })
  const pairs = found.map(({ a, b, ...pair }) => {
    const { kind: _, detail: __, ...named } = finding('near duplicate', photos[a]!, photos[b]!, {})
    const [encounter, otherEncounter] = [photos[a]!.encounter ?? '', photos[b]!.encounter ?? '']
    return { ...named, encounter, otherEncounter, ...pair }
  })
  return { border: bySplit ? 'sides of the split' : 'encounters', pairs }
}

const kinds: readonly FindingKind[] = [
  'unreadable',
  'identical file',
  'two names on one picture',
  'unlike its individual',
  'near duplicate',
  'no mask',
  'unlikely mask',
  'individual at risk',
]

function countsOf(counts: ReadonlyMap<FindingKind, number>): Audit['counts'] {
  const of = (kind: FindingKind) => counts.get(kind) ?? 0
  return {
    unreadable: of('unreadable'),
    'identical file': of('identical file'),
    'two names on one picture': of('two names on one picture'),
    'unlike its individual': of('unlike its individual'),
    'near duplicate': of('near duplicate'),
    'no mask': of('no mask'),
    'unlikely mask': of('unlikely mask'),
    'individual at risk': of('individual at risk'),
  }
}

const nothing = {
  photo: '',
  identity: '',
  split: '',
  otherPhoto: '',
  otherIdentity: '',
  otherSplit: '',
  bits: null,
  cosine: null,
  detail: '',
} as const

function finding(
  kind: FindingKind,
  photo: Photo,
  other: Photo | undefined,
  more: Partial<Pick<Finding, 'bits' | 'cosine' | 'detail'>>,
): Finding {
  return {
    ...nothing,
    kind,
    photo: photo.filename,
    identity: photo.identity ?? '',
    split: photo.split ?? '',
    otherPhoto: other?.filename ?? '',
    otherIdentity: other?.identity ?? '',
    otherSplit: other?.split ?? '',
    ...more,
  }
}

/** Photos far from their own individual and close to another, the most suspicious first. */
async function strangers(
  photos: readonly Photo[],
  embeddings: Embeddings,
  options: CosineRowsOptions,
): Promise<Finding[]> {
  const found: { readonly margin: number; readonly finding: Finding }[] = []
  const visit = (query: number, row: Float32Array) => {
    const photo = photos[query]!
    if (photo.identity === undefined) return
    let [own, other] = [-1, -1]
    photos.forEach(({ identity }, i) => {
      if (i === query || identity === undefined) return
      if (identity === photo.identity) {
        if (own < 0 || row[i]! > row[own]!) own = i
      } else if (other < 0 || row[i]! > row[other]!) other = i
    })
    if (own < 0 || other < 0) return
    const margin = row[other]! - row[own]!
    if (margin < suspiciousMargin) return
    const detail = `nearest photo of its own individual: ${photos[own]!.filename} at ${row[own]!.toFixed(3)}`
    found.push({
      margin,
      finding: finding('unlike its individual', photo, photos[other], { cosine: row[other]!, detail }),
    })
  }
  await visitCosineRows(embeddings, visit, options)
  return found.sort((a, b) => b.margin - a.margin).map(({ finding: one }) => one)
}
