import { check, Rng } from '../base/index.ts'
import { type CloseUp, drawCloseUp, drawTarget, type Target } from './close-up.ts'
import type { CoatMap } from './coat.ts'
import { type CoatPhoto, mirroredCoat } from './coat-photo.ts'
import { noiseTile, normalTile } from './noise.ts'
import { type PatternFamily, paintPattern, patternFamilies } from './pattern.ts'
import { type Place, paintPlace } from './place.ts'
import type { Flank } from './plan.ts'
import { remember } from './remember.ts'

/** Two photos of one flank of one animal, apart in pose, direction, distance, light and what stands before it. */
export interface CoatPair {
  readonly family: PatternFamily
  readonly photos: readonly [CoatPhoto, CoatPhoto]
}

/** How large the photos are, and from which seed. */
export interface CoatPairsOptions {
  readonly seed: string | number
  /** Side of the square photos, at least 32. */
  readonly sizePx: number
}

/** Pairs to learn from, each drawn when it is asked for. */
export interface CoatPairs {
  /**
   * Pair number `index` and its rival, whose coat looks alike and is another: another individual of the same family, for a quarter of them the
   * mirror image of the same photos. `difficulty` goes from 0, two clear pictures, to 1. The same for the same arguments in any order.
   */
  rivals(index: number, difficulty: number): readonly [CoatPair, CoatPair]
}

/** Posts whose backgrounds the photos have. */
const places = 24
/** So many pairs in a row are of the same two animals: their coats are painted once. */
const pairsPerAnimal = 3
const texelsPerUnit = 120
/** Pixels per body unit, from a whole trunk in the frame to a piece of it. */
const scaleRange = { least: 0.6, most: 1.5 } as const

/** Opens an endless supply of pairs of drawn photos with exact correspondences. @throws InputError for a size that shows nothing. */
export function coatPairs({ seed, sizePx }: CoatPairsOptions): CoatPairs {
  check(Number.isInteger(sizePx) && sizePx >= 32, `synth: sizePx, expected a whole number from 32, got ${sizePx}`)
  const rng = new Rng(`coat pairs/${seed}`)
  const noise = noiseTile(rng.fork('noise'))
  const normals = normalTile(rng.fork('normals'))
  const placeOf = remember<Place>(places, (key) =>
    paintPlace(Number(key), rng.fork(`place/${key}`), 2 * sizePx, 2 * sizePx, noise),
  )
  const coats = remember<readonly [CoatMap, CoatMap]>(4, (key) => {
    const family = familyOf(rng, Number(key.split('/')[0]))
    return [
      paintPattern(family, rng.fork(`coat/${key}`), texelsPerUnit),
      paintPattern(family, rng.fork(`far coat/${key}`), texelsPerUnit),
    ]
  })
  const draw = (index: number, difficulty: number, member: 0 | 1, target: Target): CoatPair => {
    const couple = Math.floor(index / pairsPerAnimal)
    const animal = `${couple}/${member}`
    const [nearCoat, farCoat] = coats(animal)
    const own = rng.fork(`pair/${index}/${member}`)
    const flank: Flank = own.chance(0.5) ? 'left' : 'right'
    const scale = sizePx * Math.exp(own.uniform(Math.log(scaleRange.least), Math.log(scaleRange.most)))
    const shot = (name: string): CoatPhoto => {
      const photo = own.fork(name)
      const scene: CloseUp = {
        ...{ sizePx, animal: `${animal} ${flank}`, flank, nearCoat, farCoat, target, difficulty, noise, normals },
        scale: scale * Math.exp(photo.normal(0, 0.05 + 0.2 * difficulty)),
        place: placeOf(String(photo.int(places))),
      }
      return drawCloseUp(scene, photo)
    }
    return { family: familyOf(rng, couple), photos: [shot('a'), shot('b')] }
  }
  return {
    rivals: (index, difficulty) => {
      const plan = rng.fork(`plan/${index}`)
      const target = drawTarget(plan)
      const own = draw(index, difficulty, 0, target)
      if (plan.chance(0.25))
        return [own, { ...own, photos: [mirroredCoat(own.photos[0]), mirroredCoat(own.photos[1])] }]
      return [own, draw(index, difficulty, 1, plan.chance(0.5) ? target : drawTarget(plan))]
    },
  }
}

function familyOf(rng: Rng, couple: number): PatternFamily {
  return rng.fork(`family/${couple}`).pick(patternFamilies)
}
