import * as z from 'zod'
import type { OpenOptions } from '../data/index.ts'
import type { WhichAnimals } from '../locate/index.ts'

/** Whether a network finds the animal on each photo first, and how. */
export interface LocatingOptions {
  /** An ONNX file that finds animals; 'none' where the run that is used had one and it is not to be. */
  readonly locate?: string | undefined
  /** Its description, a file or the name of a preset, where none lies beside it. */
  readonly locateConfig?: string | undefined
  /** Of several animals on a photo. */
  readonly animals?: WhichAnimals | undefined
}

/** How a run's photos are found and read, beside where they lie. */
export interface ReadingOptions
  extends Omit<OpenOptions, 'part' | 'requireIdentity' | 'problems' | 'onSize' | 'onTime' | 'onFile' | 'onRefused'>,
    LocatingOptions {
  /** Leave out photos that cannot be read. */
  readonly skipUnreadable?: boolean | undefined
  /** Photos with more pixels are refused. */
  readonly limitPixels?: number | undefined
}

/** A new option does not compile until a run records it. */
const fields = {
  images: z.string().optional(),
  columns: z.record(z.string(), z.string()).optional(),
  unidentified: z.union([z.array(z.string()), z.object({ only: z.array(z.string()) })]).optional(),
  mergeSimilarLabels: z.boolean().optional(),
  boxFormat: z.enum(['xywh', 'xyxy', 'cxcywh']).optional(),
  detections: z.string().optional(),
  encounterGapMinutes: z.number().min(0).optional(),
  confidence: z.number().min(0).max(1).optional(),
  masks: z.string().optional(),
  locate: z.string().optional(),
  locateConfig: z.string().optional(),
  animals: z.string().optional(),
  skipUnreadable: z.boolean().optional(),
  limitPixels: z.int().positive().optional(),
} satisfies { readonly [K in keyof Required<ReadingOptions>]: z.ZodType<ReadingOptions[K]> }

/** How photos were read, as a run's record and a plan of folds keep it. */
export const readingSchema = z.object(fields)

/** The options of `given` as a record keeps them; what it leaves open as `begun` says. */
export function mergeReading(given: ReadingOptions, begun: ReadingOptions = {}): z.output<typeof readingSchema> {
  const keys = Object.keys(fields) as (keyof ReadingOptions)[]
  return readingSchema.parse(Object.fromEntries(keys.map((key) => [key, given[key] ?? begun[key]])))
}
