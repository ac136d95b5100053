import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { check, sha256Of, stageFile } from '../base/index.ts'
import type { GalleryLocal } from '../embedder/index.ts'
import { tell } from './say.ts'

/** The files of places beside embeddings. Each belongs to one state of the table beside it, whose SHA-256 stands in its metadata. */
export interface PlacesBeside {
  /** One for each matcher: x.local.safetensors, x.local-2.safetensors, … beside x.npy. */
  readonly wanted: readonly string[]
  /** Those that lie there now, of whichever run. */
  readonly found: readonly string[]
}

/**
 * Which files of places there will be beside `npy`, and which there are. @throws InputError where places of other embeddings would stay beside new ones:
 * nobody may take them for these.
 */
export function placesBeside(npy: string, matchers: number, overwrite: boolean): PlacesBeside {
  const [folder, stem] = [dirname(npy), basename(npy).replace(/\.npy$/i, '')]
  const nameOf = (m: number) => join(folder, `${stem}.local${m === 0 ? '' : `-${m + 1}`}.safetensors`)
  const isPlaces = (name: string) =>
    name.startsWith(`${stem}.local`) && /^(-[2-9]\d*)?\.safetensors$/.test(name.slice(`${stem}.local`.length))
  const found = existsSync(folder) ? readdirSync(folder).filter(isPlaces).sort() : []
  const paths = found.map((name) => join(folder, name))
  const stray = existsSync(npy) ? undefined : paths[0] // beside embeddings these are refused first
  check(
    overwrite || stray === undefined,
    `\`out\`: ${stray} exists already, with the places of other embeddings than those that would lie beside it`,
    'choose another name, or add `overwrite`, which removes it',
  )
  return { wanted: Array.from({ length: matchers }, (_, m) => nameOf(m)), found: paths }
}

/** What joins the metadata of the files, so that nobody takes them for those of another table. */
export function aboutPlaces(table: string): Readonly<Record<string, string>> {
  return { table: sha256Of(table) }
}

/**
 * Calls `commitOthers`, which gives the embeddings and their table their names; then removes the places that lay beside the ones before, which is told where
 * none come in their stead, and gives these theirs.
 */
export function commitPlaces(
  { wanted, found }: PlacesBeside,
  places: readonly GalleryLocal[],
  commitOthers: () => void,
): void {
  const staged = places.map(({ content }, m) => stageFile(wanted[m]!, content))
  try {
    commitOthers()
    for (const path of found) rmSync(path)
    for (const file of staged) file.commit()
  } finally {
    for (const file of staged) file.discard()
  }
  const gone = found.filter((path) => !wanted.includes(path))
  if (gone.length > 0)
    tell(
      `note: ${gone.join(' and ')} ${gone.length === 1 ? 'was removed: it' : 'were removed: they'} had the places of the embeddings that were replaced`,
    )
}
