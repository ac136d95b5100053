import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { counted } from '../base/index.ts'
import type { ReadingOptions, RunMetrics, TrainConfig, ValidationEntry } from '../run/index.ts'
import { evaluateCommand } from './evaluate.ts'
import { asTyped } from './flag-words.ts'
import { galleryCommand } from './gallery.ts'
import { identifyCommand } from './identify.ts'
import { reportCommand } from './report.ts'
import { intervalText, isNoBetterThanChance, noBetterThanChance, rank1Intervals, rank1Words } from './score-table.ts'

/** What a finished run came to, against what it began with, and what to do next. */
export async function trainSummary(run: string, data: string, reading: ReadingOptions = {}): Promise<string> {
  const { readLog, runNames } = await import('../run/index.ts')
  const measured = readLog(join(run, runNames.log)).filter((entry) => entry.kind === 'validation')
  const standing = await standingOf(run)
  const { isOwnOnly } = standing
  return [
    `${run}: trained; the model is ${join(run, 'model.onnx')}`,
    ...scoreLines(measured, standing),
    'next:',
    ...nextCommands(run, data, { reading, isOwnOnly, isUnmeasured: isUnmeasured(measured) }).map(
      (command) => `  npx ${command}`,
    ),
  ].join('\n')
}

/** What a run's score is a score of, and what speaks against it. */
export interface Standing {
  readonly told: RunMetrics | undefined
  /** Behind `the photos set aside`: empty, or a comma and what a photo was compared with. */
  readonly protocol: string
  /** Its photos find nobody among themselves. */
  readonly isOwnOnly: boolean
  /** A sentence each. */
  readonly flattery: readonly string[]
  readonly validation: TrainConfig['validation'] | undefined
}

/** What the folder of a finished run says of its score. */
export async function standingOf(run: string): Promise<Standing> {
  const { isRunFolder, readRunData, RunFolder, runNames, validationProtocols } = await import('../run/index.ts')
  const folder = isRunFolder(run) ? new RunFolder(run) : undefined
  const validation = folder === undefined || folder.settings() === null ? undefined : folder.config().validation
  const told = folder?.metrics()
  const isOwnOnly = told?.protocol === validationProtocols.ownOnly
  const isPlain = told?.protocol === undefined || told.protocol === validationProtocols.all
  const protocol = isPlain ? '' : `, ${told.protocol.replace(/^each photo /, 'each ')}`
  const shared = existsSync(join(run, runNames.split)) ? readRunData(run).leakage?.encounters : undefined
  return {
    told,
    protocol,
    isOwnOnly,
    flattery: isOwnOnly ? [ownOnlyFlatters] : flattery(validation, shared),
    validation,
  }
}

const ownOnlyFlatters =
  'each individual was seen there in one sighting only, whose photos find each other by their background: this score flatters. `rosette evaluate` below holds these photos against the other sightings'

/** True where nothing was measured after training began. */
function isUnmeasured(measured: readonly ValidationEntry[]): boolean {
  return measured.every(({ epoch }) => epoch === 0)
}

/** Stands in a command for photos that somebody has to have. */
const otherPhotos = 'OTHER_PHOTOS'

/** What decides which commands come next. */
interface Finished extends Pick<Standing, 'isOwnOnly'> {
  readonly reading: ReadingOptions
  readonly isUnmeasured: boolean
}

/**
 * Looking at the run, and asking who is on new photos; the photos that it was trained on are the gallery, read as the training read them. A run whose photos
 * find nobody among themselves is measured by that gallery instead of looked at, and one that set none aside by other photos of its animals.
 */
function nextCommands(run: string, data: string, { reading, isOwnOnly, isUnmeasured }: Finished): string[] {
  const { images, columns, unidentified, mergeSimilarLabels, boxFormat, skipUnreadable, limitPixels } = reading
  const { detections, confidence, masks } = reading
  const how = { unidentified, mergeSimilarLabels, boxFormat, skipUnreadable, limitPixels }
  const table = { images, columns, ...how }
  const place = run.replace(/[/\\]+$/, '')
  const look = (gallery: Readonly<Record<string, unknown>>) => {
    if (!isOwnOnly && !isUnmeasured) return asTyped(reportCommand(), { model: run })
    const queries = isUnmeasured ? { data: otherPhotos } : { split: 'validation' }
    return asTyped(evaluateCommand(), { model: run, ...queries, ...gallery, out: `${place}-scores.json` })
  }
  const identify = (options: Readonly<Record<string, unknown>>) =>
    `${asTyped(identifyCommand(), { model: run, ...options })} NEW_PHOTOS`
  if (detections === undefined && masks === undefined)
    return [
      look({ gallery: data, galleryImages: images, galleryColumns: columns }),
      identify({ gallery: data, ...table }),
    ]
  const known = `${place}-gallery` // identify takes detections and masks for those of the new photos
  const gallery = asTyped(galleryCommand(), { model: run, data, ...table, detections, confidence, masks, out: known })
  const found = { detections: detections && 'NEW.json', confidence, masks: masks && 'NEW_MASKS' }
  const first = look({ gallery: known })
  return [...(isOwnOnly || isUnmeasured ? [gallery, first] : [first, gallery]), identify({ gallery: known, ...found })]
}

function scoreLines(
  measured: readonly ValidationEntry[],
  { told, protocol, flattery, validation }: Standing,
): string[] {
  const [start] = measured.filter(({ epoch }) => epoch === 0)
  const later = measured.filter(({ epoch }) => epoch > 0)
  if (isUnmeasured(measured)) return unmeasured(validation)
  const best = later.reduce((a, b) => (b.identityBalancedMap > a.identityBalancedMap ? b : a))
  const scores = (entry: ValidationEntry) =>
    `${rank1Words(entry)}, identity-balanced mAP ${entry.identityBalancedMap.toFixed(3)}`
  const before = start === undefined ? '' : `; before training: ${scores(start)}`
  const worse = start !== undefined && start.identityBalancedMap >= best.identityBalancedMap
  return [
    `on the photos set aside${protocol}: ${scores(best)} (epoch ${best.epoch})${before}`,
    ...worth(told),
    ...flattery,
    ...(worse ? [noBetter] : []),
  ]
}

function unmeasured(validation: Standing['validation']): string[] {
  const measuring = `other photos of these animals, of other sightings and with their names: \`rosette evaluate\` below, in place of ${otherPhotos}`
  if (validation !== undefined && validation !== 'none')
    return [`no photos could be set aside, so that nothing says how good it is. A way to a score: ${measuring}`]
  return [
    'no photos were set aside (validation=none), so that nothing says how good it is. Two ways to a score:',
    `- ${measuring}`,
    '- the same `rosette train` again, with --overwrite --set validation=stratified: it sets a fifth of the photos aside',
  ]
}

/** Whether photos of one sighting have trained and validated: `shared` sightings did; null or undefined where that is not known. */
function flattery(validation: Standing['validation'], shared: number | null | undefined): string[] {
  const cure = 'which flatters: measure on other sightings before you rely on it'
  if (validation === 'encounter' || validation === 'station' || validation === 'identity' || shared === 0) return []
  const what = shared === null || shared === undefined ? 'one sighting may be' : `${counted(shared, 'sighting')} are`
  return [`photos of ${what} on both sides of that split, ${cure}`]
}

const noBetter =
  'TRAINING DID NOT MAKE THE NETWORK BETTER on these photos: pretrained weights, more photos of each animal or more epochs may (docs/training.md)'

/** What the score is to be held against: chance, and how far it may be off. */
function worth(told: RunMetrics | undefined): string[] {
  const { chance, intervals } = told ?? {}
  if (chance === undefined) return []
  const { identity } = intervals ?? {}
  const interval = identity?.scores.identityBalancedMap
  const between =
    identity === undefined || identity === null
      ? ''
      : `; 95 % intervals over ${counted(identity.units, 'individual')}: ${[...rank1Intervals(identity.scores), `mAP ${intervalText(interval)}`].join(', ')}`
  const score = told?.identityBalancedMap
  const isChance =
    typeof score === 'number' && isNoBetterThanChance({ score, interval, chance: chance.identityBalancedMap })
  return [
    `by chance: ${rank1Words(chance)}, identity-balanced mAP ${chance.identityBalancedMap.toFixed(3)}${between}`,
    ...(isChance ? [noBetterThanChance] : []),
  ]
}
