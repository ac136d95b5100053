import { statSync } from 'node:fs'
import * as z from 'zod'
import { counted, InputError, sha256Of } from '../base/index.ts'
import { contentHashOf, type Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import type { CalibrationRecord } from './calibration-record.ts'

const key = z.string().regex(/^[0-9a-f]{12}$/, { error: 'expected 12 hex digits' })

/** Whom a calibration was measured on: the first 12 hex digits of the SHA-256 of each name, and of the hash of each photo's file. Who passes the file on names nobody. */
export const animalsSchema = z.strictObject({ names: z.array(key).readonly(), photos: z.array(key).readonly() })

/** Whom a calibration was measured on, by hashes: 12 hex digits for each individual and for each photo, sorted. */
export type CalibratedAnimals = Readonly<z.output<typeof animalsSchema>>

/** Of all sides, each name and each file once. */
export function animalsOf(...sides: readonly Pick<PhotoEmbeddings, 'photos' | 'contentHashes'>[]): CalibratedAnimals {
  const photos = new Set(sides.flatMap(({ contentHashes }) => contentHashes.map(short)))
  return { names: [...namesOf(sides.flatMap((side) => side.photos))].sort(), photos: [...photos].sort() }
}

/** Photos of known individuals; of a gallery on disk, whose photos need not be there, with the hashes that it has. */
export interface AskedAnimals {
  readonly photos: readonly Photo[]
  readonly contentHashes?: readonly string[] | undefined
}

/**
 * In words that none of these animals seems to be one that a calibration was measured on; undefined where one is, where nobody is named here, and of a file of an
 * earlier rosette, which does not say. The same file is one of these, and so is an individual of the same name; not of a name such as 7 or B12, which other
 * animals have too.
 */
export async function measuredElsewhere(
  { fittedOn: { animals, data, individuals, photos } }: CalibrationRecord,
  asked: AskedAnimals,
): Promise<string | undefined> {
  const names = namesOf(asked.photos)
  if (animals === undefined || asked.photos.every(({ identity }) => identity === undefined)) return undefined
  if (animals.names.some((name) => names.has(name))) return undefined
  const files = new Set(animals.photos)
  for (const [i, { path }] of asked.photos.entries())
    if (files.has(short(asked.contentHashes?.[i] ?? (await hashOf(path)) ?? ''))) return undefined
  return `was measured on ${counted(photos, 'photo')} of ${counted(individuals, 'individual')} of ${data}, which seem to be other animals than these: its probabilities may not hold here`
}

/** Hashed, of names that tell animals apart. */
function namesOf(photos: readonly Photo[]): Set<string> {
  const names = photos.flatMap(({ identity, proposed }) => (proposed === true ? [] : (identity ?? [])))
  return new Set(names.filter((name) => /\p{L}{3}/u.test(name)).map((name) => short(name)))
}

function short(text: string): string {
  return sha256Of(text).slice(0, 12)
}

/** Undefined for a file that cannot be read, which embedding tells. */
async function hashOf(path: string): Promise<string | undefined> {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined
  try {
    return await contentHashOf(path)
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}
