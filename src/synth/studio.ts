import { check, Rng } from '../base/index.ts'
import type { ImageRGBA } from '../images/index.ts'
import { type CoatMap, paintCoat } from './coat.ts'
import { noiseTile, normalTile } from './noise.ts'
import { renderPhoto } from './photo.ts'
import { type Place, paintPlace } from './place.ts'
import { type Flank, identityNames, planPhotos, type SyntheticPhoto } from './plan.ts'
import { remember } from './remember.ts'
import { coatStyles } from './style.ts'

/** How many individuals and photos are drawn, of which size, from which seed. */
export interface StudioOptions {
  readonly identities?: number
  /** Training photos of each identity. */
  readonly photosPerIdentity?: number
  /** Hidden test photos of each identity; a quarter of the training photos, at least 2, unless given. */
  readonly testPhotosPerIdentity?: number
  /**
   * Most photos of an encounter in test. 1: no two test photos share background and light. With 3, 32×32 pixels find
   * photos of the same encounter: their rank-1 is 0.53 instead of 0.04, their mAP 0.17 instead of 0.06.
   */
  readonly testPhotosPerEncounter?: number
  readonly seed?: number | string
  readonly widthPx?: number
  readonly heightPx?: number
}

/** 24 jaguars with 40 training photos each, 256 × 176 px, no two test photos of one encounter. */
export const studioDefaults = {
  identities: 24,
  photosPerIdentity: 40,
  testPhotosPerEncounter: 1,
  seed: 0,
  widthPx: 256,
  heightPx: 176,
} as const satisfies StudioOptions

/** A synthetic dataset in the making: what photos it has, and each one's pixels on demand. */
export interface Studio {
  readonly options: Required<StudioOptions>
  readonly names: readonly string[]
  readonly photos: readonly SyntheticPhoto[]
  /** The photo's pixels; alpha is the animal's mask. The same for the same seed, in whatever order photos are asked for. */
  render(photo: SyntheticPhoto): ImageRGBA
}

/** Coats and places kept painted; asking for photos identity by identity paints each once. */
const keptCoats = 64

/**
 * Opens a studio of procedural jaguars. Everything follows from the options: (seed, identity, flank) → coat, (seed, place) →
 * background, (seed, encounter, shot) → the rest.
 * @throws InputError for counts or sizes that make no dataset.
 */
export function studio(given: StudioOptions = {}): Studio {
  const options = resolveOptions(given)
  const rng = new Rng(`synthetic jaguars/${options.seed}`)
  const { widthPx, heightPx } = options
  const noise = noiseTile(rng.fork('noise'))
  const normals = normalTile(rng.fork('normals'))
  const styles = coatStyles(options.identities, rng.fork('styles'))
  const texelsPerUnit = widthPx * 0.42
  const coat = remember<CoatMap>(keptCoats, (key) => {
    const identity = Number(key.split('/')[0])
    return paintCoat(styles[identity]!, rng.fork(`coat/${key}`), texelsPerUnit)
  })
  const place = remember<Place>(Number.POSITIVE_INFINITY, (key) =>
    paintPlace(Number(key), rng.fork(`place/${key}`), widthPx, heightPx, noise),
  )
  return {
    options,
    names: identityNames(options.identities),
    photos: planPhotos(options, rng.fork('plan')),
    render: (photo) => {
      const other: Flank = photo.flank === 'left' ? 'right' : 'left'
      return renderPhoto({
        width: widthPx,
        height: heightPx,
        place: place(String(photo.place)),
        flank: photo.flank,
        nearCoat: coat(`${photo.identity}/${photo.flank}`),
        farCoat: coat(`${photo.identity}/${other}`),
        noise,
        normals,
        encounter: rng.fork(photo.encounter),
        shot: photo.shot,
      })
    },
  }
}

function resolveOptions(given: StudioOptions): Required<StudioOptions> {
  const photosPerIdentity = given.photosPerIdentity ?? studioDefaults.photosPerIdentity
  const options = {
    ...studioDefaults,
    testPhotosPerIdentity: Math.max(2, Math.round(photosPerIdentity / 4)),
    ...given,
  }
  const whole = (name: keyof StudioOptions, least: number, most: number) => {
    const value = options[name]
    const fits = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    check(fits, `synth: ${name}, expected a whole number from ${least} to ${most}, got ${value}`)
  }
  whole('identities', 1, 10_000)
  whole('photosPerIdentity', 1, 100_000)
  whole('testPhotosPerIdentity', 0, 100_000)
  whole('testPhotosPerEncounter', 1, 100)
  whole('widthPx', 64, 4096)
  whole('heightPx', 48, 4096)
  return options
}
