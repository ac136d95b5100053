import * as z from 'zod'
import { check, describeIssue, InputError } from '../base/index.ts'
import type { Numbers } from './box-format.ts'
import { readLimitedJson } from './json-file.ts'

/** An animal that a detector found. */
export interface Detection {
  readonly confidence: number
  /** Left, top, width and height as fractions of the photo. */
  readonly box: Numbers
}

/** What a detector says of a file. */
export interface FileDetections {
  /** As the detector writes it. */
  readonly file: string
  /** Animals only, whatever their confidence, the surest first. */
  readonly animals: readonly Detection[]
  /** People, vehicles and the like. */
  readonly others: number
  /** Why it could not be looked at. */
  readonly failure?: string | undefined
}

const detectionSchema = z.object({
  category: z.union([z.string(), z.number()]).nullish(),
  label: z.string().nullish(),
  conf: z.number().min(0).max(1.001), // a rounding above 1
  bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]),
})

const entrySchema = z.object({
  file: z.string().nullish(),
  filepath: z.string().nullish(),
  detections: z.array(detectionSchema).nullish(),
  failure: z.string().nullish(),
  failures: z.array(z.string()).nullish(),
})

/** MegaDetector's form, which AddaxAI and others write too, and SpeciesNet's. */
const fileSchema = z.union([
  z.object({ images: z.array(entrySchema), detection_categories: z.record(z.string(), z.string()).nullish() }),
  z.object({ predictions: z.array(entrySchema) }),
])

/** MegaDetector's categories where a file has no table of them. */
const usualCategories: Readonly<Record<string, string>> = { '1': 'animal', '2': 'person', '3': 'vehicle' }

const noAnimals = new Set(['person', 'people', 'human', 'humans', 'vehicle', 'vehicles', 'group', 'blank', 'empty'])

/**
 * The detections of a file of MegaDetector, AddaxAI or SpeciesNet. Every category but people and vehicles counts as an animal.
 * @throws InputError naming the file and the first key that is none of theirs.
 */
export function readDetections(path: string): FileDetections[] {
  const json = readLimitedJson(path)
  const isCoco = typeof json === 'object' && json !== null && 'images' in json && 'annotations' in json
  check(!isCoco, `${path}: annotations of COCO, expected a detector's file`, 'name it in the place of the photos')
  const result = fileSchema.safeParse(json)
  if (!result.success) throw formMistake(path, json)
  const entries = 'images' in result.data ? result.data.images : result.data.predictions
  const categories = ('images' in result.data ? result.data.detection_categories : undefined) ?? usualCategories
  return entries.map((entry, i): FileDetections => {
    const file = entry.file ?? entry.filepath ?? ''
    check(file !== '', `${path}: entry ${i + 1} names no file`)
    const detections = entry.detections ?? []
    const isAnimal = ({ category, label }: z.output<typeof detectionSchema>) =>
      !noAnimals.has((label ?? categories[String(category ?? '1')] ?? '').toLowerCase())
    const animals = detections
      .filter(isAnimal)
      .map(({ conf, bbox }) => ({ confidence: conf, box: bbox }))
      .sort((a, b) => b.confidence - a.confidence)
      .filter(({ box }, i, all) => all.findIndex((other) => String(other.box) === String(box)) === i)
    const failed = entry.failures?.some((text) => /detector/i.test(text)) ? entry.failures.join(', ') : undefined
    return {
      file,
      animals,
      others: detections.filter((found) => !isAnimal(found)).length,
      failure: entry.failure ?? failed,
    }
  })
}

/** Of the two forms the one that the file has the key of. */
function formMistake(path: string, json: unknown): InputError {
  const [megaDetector, speciesNet] = fileSchema.options
  const isObject = typeof json === 'object' && json !== null
  const schema =
    isObject && 'predictions' in json ? speciesNet : isObject && 'images' in json ? megaDetector : undefined
  const hint = 'expected the JSON of MegaDetector, AddaxAI or SpeciesNet, with images or predictions'
  const issue = schema?.safeParse(json).error?.issues[0]
  const what = issue === undefined ? 'no list of images and none of predictions' : describeIssue(issue, json)
  return new InputError(`${path}: not a detector's file: ${what}`, hint)
}
