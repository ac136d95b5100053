import { join } from 'node:path'
import { counted } from '../base/index.ts'
import type { NobodyWords } from '../data/index.ts'
import type { RunMetrics, TrainConfig, ValidationEntry } from '../run/index.ts'
import { wordsOf } from './flag-words.ts'

/** How the table of the photos was read. */
interface ReadingOfTable {
  readonly images?: string | undefined
  readonly columns?: Readonly<Record<string, string>> | undefined
  readonly unidentified?: NobodyWords | undefined
  readonly mergeSimilarLabels?: boolean | undefined
}

/** What a finished run came to, against what it began with, and what to do next. */
export async function trainSummary(run: string, data: string, reading: ReadingOfTable = {}): Promise<string> {
  const { isRunFolder, readLog, RunFolder } = await import('../run/index.ts')
  const folder = isRunFolder(run) ? new RunFolder(run) : undefined
  const validation = folder === undefined || folder.settings() === null ? undefined : folder.config().validation
  const measured = readLog(join(run, 'log.jsonl')).filter((entry) => entry.kind === 'validation')
  return [
    `${run}: trained; the model is ${join(run, 'model.onnx')}`,
    ...scoreLines(measured, folder?.metrics(), validation),
    'next:',
    `  npx rosette report --model ${wordsOf(run)}`,
    `  npx rosette identify --model ${wordsOf(run)} ${galleryWords(data, reading)} NEW_PHOTOS`,
  ].join('\n')
}

/** The photos that the run was trained on as a gallery. */
function galleryWords(
  data: string,
  { images, columns, unidentified, mergeSimilarLabels = false }: ReadingOfTable,
): string {
  const from = images === undefined ? [] : [`--images ${wordsOf(images)}`]
  const named = columns === undefined ? [] : [`--columns ${wordsOf(columns)}`]
  const nobody = unidentified === undefined ? [] : [`--unidentified ${wordsOf(nobodyText(unidentified))}`]
  const merged = mergeSimilarLabels ? ['--merge-similar-labels'] : []
  return [`--gallery ${wordsOf(data)}`, ...from, ...named, ...nobody, ...merged].join(' ')
}

function nobodyText(words: NobodyWords): string {
  return 'only' in words ? `only=${words.only.join(',')}` : words.join(',')
}

function scoreLines(
  measured: readonly ValidationEntry[],
  told: RunMetrics | undefined,
  validation: TrainConfig['validation'] | undefined,
): string[] {
  const [start] = measured.filter(({ epoch }) => epoch === 0)
  const later = measured.filter(({ epoch }) => epoch > 0)
  if (later.length === 0)
    return ['no photos were set aside, so that nothing says how good it is: rosette evaluate measures it']
  const best = later.reduce((a, b) => (b.identityBalancedMap > a.identityBalancedMap ? b : a))
  const scores = ({ rank1, identityBalancedMap }: ValidationEntry) =>
    `rank-1 ${rank1.toFixed(3)}, identity-balanced mAP ${identityBalancedMap.toFixed(3)}`
  const before = start === undefined ? '' : `; before training: ${scores(start)}`
  const worse = start !== undefined && start.identityBalancedMap >= best.identityBalancedMap
  return [
    `on the photos set aside: ${scores(best)} (epoch ${best.epoch})${before}`,
    ...worth(told),
    ...flattery(validation),
    ...(worse ? [noBetter] : []),
  ]
}

/** Whether photos of one sighting may have trained and validated. */
function flattery(validation: TrainConfig['validation'] | undefined): string[] {
  const cure = 'which flatters: measure on other sightings before you rely on it'
  if (validation === 'encounter' || validation === 'station' || validation === 'identity') return []
  if (validation === 'column') return [`the table's split may have photos of one sighting on both sides, ${cure}`]
  return [`photos of one sighting may be on both sides of that split, ${cure}`]
}

const noBetter =
  'TRAINING DID NOT MAKE THE NETWORK BETTER on these photos: pretrained weights, more photos of each animal or more epochs may (docs/training.md)'

/** What the score is to be held against: chance, and how far it may be off. */
function worth(told: RunMetrics | undefined): string[] {
  const { chance, intervals } = told ?? {}
  if (chance === undefined) return []
  const { identity } = intervals ?? {}
  const [low, high] = identity?.scores.identityBalancedMap ?? []
  const between =
    identity === undefined || identity === null
      ? ''
      : `; 95 % interval of the mAP over ${counted(identity.units, 'individual')}: ${low?.toFixed(3)} to ${high?.toFixed(3)}`
  return [
    `by chance: rank-1 ${chance.rank1.toFixed(3)}, identity-balanced mAP ${chance.identityBalancedMap.toFixed(3)}${between}`,
  ]
}
