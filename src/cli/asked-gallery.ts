import type { Command } from 'commander'
import { check } from '../base/index.ts'
import type { GallerySource } from '../embedder/index.ts'
import { speakingOf } from './flag-words.ts'
import { tellGallery } from './gallery-source.ts'
import { type DataFlags, dataOptions } from './options.ts'
import { addOtherNames } from './other-names.ts'
import { withListing } from './work.ts'

/** Options of commands that may hold their photos against known individuals. */
export interface GalleryFlags {
  readonly gallery?: string
  readonly galleryImages?: string
  readonly galleryColumns?: string
}

export function addGalleryOptions(command: Command): Command {
  command
    .option(
      '--gallery <G>',
      'known individuals: a gallery, a folder for each animal, a table (CSV), or a Kaggle folder',
    )
    .option('--gallery-images <DIR>', "the folder that the gallery's file names start from")
    .option('--gallery-columns <field=column,…>', "the names of the columns of the gallery's table")
  return addOtherNames(
    command,
    { queryImages: 'images', queryColumns: 'columns' },
    '--images and --columns are those of --data, --gallery-images and --gallery-columns those of --gallery',
  )
}

/** What the options of a gallery's photos are called here, for `speakingOf`. */
export const galleryNames = { images: 'galleryImages', columns: 'galleryColumns' } as const

/** Known individuals, where the flags name some. @throws InputError for options of a gallery that is not named. */
export async function galleryOf(flags: GalleryFlags & DataFlags): Promise<GallerySource | undefined> {
  const { gallery, galleryImages: images, galleryColumns: columns } = flags
  if (gallery === undefined) {
    check(images === undefined && columns === undefined, '--gallery-images and --gallery-columns go with --gallery')
    return undefined
  }
  const { findGallery } = await import('../embedder/index.ts')
  const { images: _, columns: __, ...rest } = flags
  const own: DataFlags = {
    ...rest,
    ...(images === undefined ? {} : { images }),
    ...(columns === undefined ? {} : { columns }),
  }
  const options = { ...dataOptions(own), detections: undefined, masks: undefined, requireIdentity: true }
  return speakingOf(galleryNames, () => {
    const source = withListing((watch) => findGallery(gallery, { ...options, ...watch }))
    tellGallery(source)
    return source
  })
}
