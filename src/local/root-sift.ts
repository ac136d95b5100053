import { check, sha256Of } from '../base/index.ts'
import { seenVersion } from '../images/index.ts'
import { equalise } from './equalise.ts'
import { type Extremum, findExtrema } from './extrema.ts'
import { type LocalFeatures, type LocalPhoto, storeDescriptor } from './features.ts'
import { orientationsAt } from './orientation.ts'
import { type Octave, scaleSpace } from './scale-space.ts'
import { type SiftConfig, siftDefaults } from './sift-config.ts'
import { describePlace, mirroredSift, rootNormalise, siftDim } from './sift-descriptor.ts'
import { type View, viewOf } from './view.ts'

/** Raised whenever the same photo would get other numbers. */
const version = 4

/**
 * SIFT (Lowe 2004) with root-normalised descriptors (Arandjelović and Zisserman 2012): the `keypoints` strongest places inside of the
 * animal's mask and box. One place may have several angles, each a keypoint. Dark places come first, and are of another
 * kind than light ones.
 */
export function extractRootSift(photo: LocalPhoto, config: SiftConfig): LocalFeatures {
  return describeView(viewOf(photo, config.longSidePx), config)
}

/** The defaults with what `given` says. @throws InputError for settings that find nothing. */
export function siftConfig(given: Partial<SiftConfig> = {}): SiftConfig {
  const config = { ...siftDefaults, ...given }
  const whole = (name: 'keypoints' | 'longSidePx' | 'layers', least: number) =>
    check(
      Number.isInteger(config[name]) && config[name] >= least,
      `root-sift: ${name}: expected a whole number from ${least}, got ${config[name]}`,
    )
  whole('keypoints', 1)
  whole('longSidePx', 32)
  whole('layers', 1)
  check(config.window >= 1, `root-sift: window: expected a number from 1, got ${config.window}`)
  return config
}

/** SHA-256 of the method and its settings. */
export function siftFingerprint(config: SiftConfig): string {
  return sha256Of(JSON.stringify(['root-sift', version, seenVersion, config]))
}

/** A place of the view with one of its angles. */
interface Oriented extends Extremum {
  readonly angle: number
}

function describeView(view: View, config: SiftConfig): LocalFeatures {
  const octaves = scaleSpace(config.equalise ? equalise(view.brightness) : view.brightness, config)
  const animal = findExtrema(octaves, config).filter((found) => view.isAnimal(...placeInPhoto(found, octaves, view)))
  const found = strongest(animal, octaves, config)
  const places = [...found.filter(({ isDark }) => isDark), ...found.filter(({ isDark }) => !isDark)]
  const keypoints = new Float32Array(places.length * 4)
  const descriptors = new Uint8Array(places.length * siftDim)
  const reliability = Float32Array.from(places, ({ response }) => response)
  const kinds = Uint8Array.from(places, ({ isDark }) => (isDark ? 0 : 1))
  const numbers = new Float64Array(siftDim)
  places.forEach((place, i) => {
    const { gaussians, pixel } = octaves[place.octave]!
    const scalePx = scaleOf(place, config)
    describePlace(gaussians[place.layer]!, { ...place, scalePx, window: config.window }, numbers)
    rootNormalise(numbers)
    storeDescriptor(numbers, descriptors, i * siftDim)
    const mean = (view.pixel[0] + view.pixel[1]) / 2
    keypoints.set([...placeInPhoto(place, octaves, view), scalePx * pixel * mean, place.angle], i * 4)
  })
  return { count: places.length, dim: siftDim, keypoints, descriptors, reliability, kinds }
}

/** The strongest first, ties in the order of finding, each with its angles, until there are `most`. */
function strongest(found: readonly Extremum[], octaves: readonly Octave[], config: SiftConfig): Oriented[] {
  const most = config.keypoints
  const places: Oriented[] = []
  for (const extremum of found.toSorted((a, b) => b.response - a.response)) {
    const { x, y, layer } = extremum
    const scalePx = scaleOf(extremum, config)
    for (const angle of orientationsAt(octaves[extremum.octave]!.gaussians[layer]!, x, y, scalePx))
      if (places.length < most) places.push({ ...extremum, angle })
    if (places.length === most) break
  }
  return places
}

/** σ of an extremum in pixels of its octave: σ₀ 2^(s / layers). */
function scaleOf({ scale }: Extremum, { sigma, layers }: Pick<SiftConfig, 'sigma' | 'layers'>): number {
  return sigma * 2 ** (scale / layers)
}

/** A pixel's centre lies half a pixel inside of it; in a doubled photo pixel 2i is the photo's pixel i. */
function placeInPhoto({ octave, x, y }: Extremum, octaves: readonly Octave[], view: View): [number, number] {
  const { pixel } = octaves[octave]!
  return [view.left + (x * pixel + 0.5) * view.pixel[0], view.top + (y * pixel + 0.5) * view.pixel[1]]
}

/** x becomes −x, which is enough where only differences count; angles turn over, and descriptors are reordered. */
export function mirroredRootSift(features: LocalFeatures): LocalFeatures {
  const { count, dim, keypoints, descriptors } = features
  const turned = keypoints.slice()
  const reordered = new Uint8Array(descriptors.length)
  for (let k = 0; k < count; k++) {
    turned[k * 4] = -keypoints[k * 4]!
    turned[k * 4 + 3] = (3 * Math.PI - keypoints[k * 4 + 3]!) % (2 * Math.PI)
    for (let d = 0; d < dim; d++) reordered[k * dim + d] = descriptors[k * dim + mirroredSift[d]!]!
  }
  return { ...features, keypoints: turned, descriptors: reordered }
}
