import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import * as z from 'zod'
import { check, checkOutput, counted, parseStrictly, readJson, StagedFolder, writeFileAtomic } from '../base/index.ts'
import { shortList } from '../data/index.ts'

/** The files of a folder of boxes and masks. The record says whose it is: it is written first, the boxes last. */
export const locatedNames = { record: 'locate.json', detections: 'detections.json', masks: 'masks' } as const

const recordSchema = z.looseObject({ format: z.literal('rosette-located'), fingerprint: z.string() })
const listSchema = z.object({ images: z.array(z.object({ file: z.string() })) })

/** Whose boxes and masks a folder gets. */
export interface LocatedOwner {
  /** The network's name. */
  readonly model: string
  /** All that decides the folder's content besides the photos. */
  readonly fingerprint: string
}

/**
 * Lets `write` fill a folder: `out` itself where it is new, or goes on with what the same network and settings began of these photos; else another
 * one, which is swapped for it when it is complete, so that boxes and masks of two networks never lie side by side. What is none of an
 * earlier network's stays. @throws InputError where the folder is somebody else's, and where it is another network's, or of other photos, and may not be overwritten.
 */
export async function inLocatedFolder<T>(
  out: string,
  owner: LocatedOwner,
  { overwrite, files }: { readonly overwrite: boolean; readonly files: readonly string[] },
  write: (folder: string) => Promise<T>,
): Promise<T> {
  checkOutput(out, { overwrite: true, kind: 'folder' }) // settles what a kill left of a swap
  const before = ownerOf(out)
  const isOther = before !== undefined && before !== owner.fingerprint
  const hint = 'choose another name, or add `overwrite`'
  check(overwrite || !isOther, `\`out\`: ${out} was written by another model, or with other settings`, hint)
  const asked = new Set(files)
  const absent = before === undefined ? [] : filesOf(out).filter((file) => !asked.has(file))
  check(
    overwrite || absent.length === 0,
    `\`out\`: ${join(out, locatedNames.detections)} has ${counted(absent.length, 'photo')} that ${absent.length === 1 ? 'is' : 'are'} not among these: ${shortList(absent, 3)}`,
    hint,
  )
  const fill = (folder: string) => {
    const record = { format: 'rosette-located', fingerprint: owner.fingerprint, model: owner.model }
    writeFileAtomic(join(folder, locatedNames.record), `${JSON.stringify(record, undefined, 2)}\n`)
    return write(folder)
  }
  if (!isOther && absent.length === 0) return fill(out)
  const masks = [...files, ...filesOf(out)].map((file) => posix.join(locatedNames.masks, maskName(file)))
  const own = new Set<string>([locatedNames.record, locatedNames.detections, ...masks])
  const staged = new StagedFolder(out, (name) => own.has(name))
  try {
    const made = await fill(staged.path)
    staged.commit()
    return made
  } finally {
    staged.discard()
  }
}

/** As the photo is named, inside the folder of masks. */
export function maskName(file: string): string {
  const plain = file.replaceAll('\\', '/').replace(/\.[^./]+$/, '')
  const inside = posix.normalize(plain).replace(/^([a-z]:)?(\/|\.\.\/)*/i, '')
  return `${inside}.png`
}

/** The fingerprint of whoever wrote the folder; undefined where there is none. */
function ownerOf(out: string): string | undefined {
  if (!existsSync(out)) return undefined
  const record = join(out, locatedNames.record)
  check(existsSync(record), `\`out\`: ${out} exists and is no folder of boxes and masks`, 'choose another name')
  return parseStrictly(recordSchema, readJson(record), record).fingerprint
}

/** The photos of which an earlier network wrote boxes; none where it did not come to its end. */
function filesOf(out: string): string[] {
  try {
    return listSchema.parse(readJson(join(out, locatedNames.detections))).images.map(({ file }) => file)
  } catch {
    return []
  }
}
