import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import { readRegular, readSealed, sha256Of, writeFileAtomic, writeSealed } from '../base/index.ts'
import { cacheFolder, type MaskFile, notWritten, sweepCache } from '../data/index.ts'
import { encodePng } from '../images/index.ts'
import type { Located, LocatedAnimal, PhotoSides } from './located.ts'

/** An animal that was found, its mask a file of the cache. */
export interface KeptAnimal extends Omit<LocatedAnimal, 'mask'> {
  readonly mask?: MaskFile | undefined
}

/** What was found on a photo, as the cache keeps it. */
export interface KeptLocated extends Omit<Located, 'animals'> {
  readonly animals: readonly KeptAnimal[]
}

/** What one locator has found before, by the photos' contents. An entry is decided by both: it never goes stale. */
export interface LocatedCache {
  /** Undefined where the photo is new, or a file of its entry is damaged or gone: it is then looked at again. */
  read(contentHash: string): KeptLocated | undefined
  /** @throws CacheError where the cache cannot be written. */
  write(contentHash: string, located: Located): Promise<KeptLocated>
}

const boxSchema = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
const entrySchema = z.object({
  width: z.number(),
  height: z.number(),
  animals: z.array(
    z.object({ box: boxSchema, confidence: z.number(), class: z.string().optional(), mask: z.string().optional() }),
  ),
  others: z.array(z.object({ kind: z.enum(['person', 'vehicle']), box: boxSchema, confidence: z.number() })),
})

/** The entries of the locator with this fingerprint; what kills left half written among them is swept. */
export function locatedCache(fingerprint: string, folder: string = join(cacheFolder(), 'located')): LocatedCache {
  const own = join(folder, fingerprint.slice(0, 32))
  sweepCache(own)
  const stemOf = (contentHash: string) => {
    const name = createHash('sha256').update(contentHash).digest('hex')
    return join(own, name.slice(0, 2), name.slice(2))
  }
  const maskPath = (contentHash: string, animal: number) => `${stemOf(contentHash)}-${animal}.png`
  return {
    read: (contentHash) => readEntry(`${stemOf(contentHash)}.json`, (animal) => maskPath(contentHash, animal)),
    write: async (contentHash, located) => {
      try {
        return await writeEntry(`${stemOf(contentHash)}.json`, located, (animal) => maskPath(contentHash, animal))
      } catch (error) {
        throw notWritten(error)
      }
    },
  }
}

type MaskPath = (animal: number) => string

function readEntry(path: string, maskPath: MaskPath): KeptLocated | undefined {
  try {
    const content = readSealed(path)
    if (content === undefined) return undefined
    const entry = entrySchema.parse(JSON.parse(content.toString()))
    const animals = entry.animals.map(({ mask: sha256, ...animal }, i): KeptAnimal => {
      if (sha256 === undefined) return animal
      const mask = { path: maskPath(i), sha256 }
      if (sha256Of(readRegular(mask.path, 'photo')) !== sha256) throw new Error('another mask')
      return { ...animal, mask }
    })
    return { ...entry, animals }
  } catch {
    return undefined // not there, or not whole: writing it anew says why it cannot be
  }
}

/** Masks first: an entry that is there has them. */
async function writeEntry(path: string, located: Located, maskPath: MaskPath): Promise<KeptLocated> {
  const animals: KeptAnimal[] = []
  for (const { mask, ...animal } of located.animals) {
    if (mask === undefined) animals.push(animal)
    else {
      const place = maskPath(animals.length)
      const png = await maskPng(mask, located)
      writeFileAtomic(place, png)
      animals.push({ ...animal, mask: { path: place, sha256: sha256Of(png) } })
    }
  }
  const entry = { ...located, animals: animals.map(({ mask, ...animal }) => ({ ...animal, mask: mask?.sha256 })) }
  writeSealed(path, JSON.stringify(entry))
  return { ...located, animals }
}

/** A mask as a picture: white is the animal. */
export function maskPng(mask: Uint8Array, { width, height }: PhotoSides): Promise<Uint8Array> {
  const data = new Uint8Array(width * height * 4)
  for (let i = 0; i < mask.length; i++) {
    data.fill(mask[i]!, i * 4, i * 4 + 3)
    data[i * 4 + 3] = 255
  }
  return encodePng({ width, height, data })
}
