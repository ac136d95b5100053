import { counted, optionText } from '../base/index.ts'
import { flankDoubts } from './flank-doubts.ts'
import { flankLabelWarnings } from './flank-labels.ts'
import { jointLabelWarnings } from './joint-labels.ts'
import { listed, type Manifest, type Photo, shortList, singlePhotoWarnings, type WordCount } from './manifest.ts'
import { isDoubtful, type NobodyWords, nobodyTest } from './nobody.ts'
import { type SimilarLabels, similarLabels, visible } from './similar-labels.ts'
import { spreadsheetLabelWarnings } from './spreadsheet-labels.ts'

/** Which labels stand for nobody, and whether labels that look alike are one. */
export interface LabelOptions {
  /**
   * Identities that stand for nobody, beside the usual words (`NA`, `unknown`, `?` …): `['0']`; with `{ only: ['0'] }` in place of them,
   * `{ only: [] }` being no word. An empty cell stands for nobody in any case. In other fields the usual words alone stand for nothing.
   */
  readonly unidentified?: NobodyWords | undefined
  /** Labels that look alike are one. */
  readonly mergeSimilarLabels?: boolean | undefined
}

const labelFields = ['identity', 'encounter', 'timestamp', 'flank', 'camera'] as const

/** A field of a photo that holds a label. */
export type LabelField = (typeof labelFields)[number]

/** Those whose labels are groups of photos: two spellings of one make two groups. */
const groupFields = ['identity', 'encounter'] as const

type Labels = Partial<Record<LabelField, string | undefined>>

/**
 * The manifest with its labels in one form: NFC, trimmed, words for nobody undefined (`words` counts them), and labels that look
 * alike made one where that was asked for. What was done, and what looks doubtful, is in its warnings. Every kind of dataset passes
 * through here.
 */
export function withReadLabels(
  manifest: Manifest,
  { unidentified, mergeSimilarLabels = false }: LabelOptions,
): Manifest {
  const isNobody = nobodyTest(unidentified)
  const isNothing = nobodyTest()
  const words = new Map<string, WordCount>()
  const spellings = new Map<string, Map<string, number>>()
  const read = (photo: Photo): Labels => {
    const labels: Labels = {}
    for (const field of labelFields) {
      const written = photo[field]
      if (written === undefined) continue
      const label = written.normalize('NFC').trim()
      const nobody = field === 'identity' ? isNobody(label) : isNothing(label)
      labels[field] = nobody ? undefined : label
      if (nobody) count(words, field, label)
      else if (field === 'identity') note(spellings, label, written)
    }
    return labels
  }
  let photos: readonly Photo[] = manifest.photos.map((photo) => ({ ...photo, ...read(photo) }))
  const warnings = [...spellingWarnings(spellings)]
  for (const field of groupFields) {
    const groups = similarLabels(photos.flatMap((photo) => photo[field] ?? []))
    if (groups.length === 0) continue
    warnings.push(similarWarning(field, groups, mergeSimilarLabels))
    if (mergeSimilarLabels) photos = merged(photos, field, groups)
  }
  const individuals = photos.flatMap(({ identity }) => identity ?? [])
  warnings.push(...unmetWarnings(unidentified, [...words.values()], spellings.size > 0))
  warnings.push(...doubtfulWarnings(photos), ...jointLabelWarnings(individuals))
  warnings.push(...spreadsheetLabelWarnings(manifest.kind, individuals))
  warnings.push(...flankLabelWarnings(individuals), ...singlePhotoWarnings(photos))
  warnings.push(...flankDoubts({ photos, reading: manifest.reading }))
  return { ...manifest, photos, words: [...words.values()], warnings: [...manifest.warnings, ...warnings] }
}

function count(words: Map<string, WordCount>, field: LabelField, word: string): void {
  const key = `${field} ${word}`
  words.set(key, { field, word, photos: (words.get(key)?.photos ?? 0) + 1 })
}

function note(spellings: Map<string, Map<string, number>>, label: string, written: string): void {
  const ways = spellings.get(label) ?? new Map<string, number>()
  spellings.set(label, ways.set(written, (ways.get(written) ?? 0) + 1))
}

function spellingWarnings(spellings: ReadonlyMap<string, ReadonlyMap<string, number>>): string[] {
  const several = [...spellings].filter(([, ways]) => ways.size > 1)
  return listed(
    several.map(([label, ways]) => {
      const forms = [...ways].map(([way, photos]) => `${formOf(way, label)} (${counted(photos, 'photo')})`)
      return `${visible(label)} is written as ${forms.join(' and as ')}: taken as one individual`
    }),
  )
}

/** Two Unicode forms of a label look the same, so that their names must tell them apart. */
function formOf(way: string, label: string): string {
  if (way === label) return /^[\x20-\x7e]*$/.test(label) ? visible(way) : `${visible(way)} in Unicode's form NFC`
  return way.trim() === label ? visible(way) : `${visible(way)} in another Unicode form`
}

function similarWarning(field: (typeof groupFields)[number], groups: readonly SimilarLabels[], merge: boolean): string {
  const lines = groups.map((group) => {
    const told = group.map(({ label, photos }) => `${visible(label)} (${counted(photos, 'photo')})`)
    return merge ? `  ${told.slice(1).join(', ')} counted as ${told[0]}` : `  ${told.join(', ')}`
  })
  const kind = field === 'identity' ? 'individuals' : 'encounters'
  const what = merge ? `${kind} whose labels look alike were merged` : `${kind} whose labels look alike, counted apart`
  const hint = merge ? '' : '\n  `mergeSimilarLabels` makes each group one'
  return `${what}:\n${listed(lines).join('\n')}${hint}`
}

function merged(photos: readonly Photo[], field: LabelField, groups: readonly SimilarLabels[]): Photo[] {
  const first = new Map(groups.flatMap((group) => group.map(({ label }) => [label, group[0]!.label] as const)))
  return photos.map((photo) => {
    const label = first.get(photo[field] ?? '')
    return label === undefined ? photo : { ...photo, [field]: label }
  })
}

/** Words of a user that are nobody's label here, where there are labels: a slip of the finger would make individuals of those that were meant. */
function unmetWarnings(given: NobodyWords = [], met: readonly WordCount[], hasLabels: boolean): string[] {
  const labels = met.filter(({ field }) => field === 'identity').map(({ word }) => word)
  if (!hasLabels && labels.length === 0) return []
  const unmet = ('only' in given ? given.only : given).filter((word) => {
    const isWord = nobodyTest({ only: [word] })
    return !labels.some((label) => label !== '' && isWord(label))
  })
  return unmet.length === 0 ? [] : [`${optionText({ unidentified: unmet })}: no photo has such a label`]
}

/** Labels in an option that somebody may copy. */
const typedAtMost = 20

function doubtfulWarnings(photos: readonly Photo[]): string[] {
  const counts = new Map<string, number>()
  for (const { identity } of photos) {
    if (identity !== undefined && isDoubtful(identity)) counts.set(identity, (counts.get(identity) ?? 0) + 1)
  }
  if (counts.size === 0) return []
  const names = shortList([...counts].map(([label, photos]) => `${visible(label)} (${counted(photos, 'photo')})`))
  const typed = [...counts.keys()].filter((label) => !label.includes(','))
  const words = typed.length > typedAtMost ? [...typed.slice(0, typedAtMost), '…'] : typed
  return [
    `counted as individuals, though their labels may stand for no animal, or for one that is not certain: ${names}` +
      (words.length === 0 ? '' : `; ${optionText({ unidentified: words })} leaves them out`),
  ]
}
