import type { GallerySource } from '../embedder/index.ts'
import type { LocateFlags } from './locate-options.ts'
import type { MatchFlags } from './match-options.ts'
import type { DataFlags, ModelFlags } from './options.ts'

/** Of the flags of a command those that `rosette calibrate` takes for the same photos and model. */
export interface ToCalibrateFlags extends DataFlags, Pick<LocateFlags, 'locate' | 'locateConfig'>, Partial<MatchFlags> {
  readonly data?: string
  readonly gallery?: string
}

/**
 * The command that calibrates on the known individuals who are asked, as `inFlags` has it. A gallery on disk need not have its photos: newer ones of the same
 * animals are held against it.
 */
export function toCalibrate(
  flags: Pick<ModelFlags, 'model' | 'modelConfig'> & ToCalibrateFlags,
  gallery: GallerySource | undefined,
): string {
  const { model, modelConfig, locate, locateConfig, images, columns, match, matcher, matcherConfig } = flags
  const isStored = gallery?.kind === 'stored'
  const known = flags.gallery ?? flags.data
  const options = {
    ...{ model, modelConfig },
    ...(isStored ? { data: 'NEWER-PHOTOS', gallery: gallery.source } : { data: known, images, columns }),
    ...{ locate, locateConfig },
    ...(match === undefined || match === 'none' ? {} : { match, matcher, matcherConfig }),
    out: 'calibration-of-these.json',
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const words = given.map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
  return `\`calibrateModel({ ${words.join(', ')} })\``
}
