import { check, type Rng } from '../base/index.ts'

/** The side that an animal shows: its own left or right, whose coats differ. */
export type Flank = 'left' | 'right'

/** One photo that the dataset will hold; what it looks like follows from the seed and these. */
export interface SyntheticPhoto {
  readonly split: 'train' | 'test'
  /** `train_0001.png` …, in an order that says nothing about the identity. */
  readonly filename: string
  readonly identity: number
  readonly name: string
  /** `enc_0001` …; its photos share identity, flank, place and light. */
  readonly encounter: string
  readonly flank: Flank
  readonly place: number
  /** Which photo of its encounter, from 0. */
  readonly shot: number
}

export interface PlanOptions {
  readonly identities: number
  /** Training photos of each. */
  readonly photosPerIdentity: number
  readonly testPhotosPerIdentity: number
  readonly testPhotosPerEncounter: number
}

/** Most photos of an encounter in training. */
const longestEncounter = 5

/**
 * Which photos there are: encounters of 2 to 5 photos in training, of up to `testPhotosPerEncounter` in test; flanks in
 * turn, at places that all individuals visit.
 */
export function planPhotos(options: PlanOptions, rng: Rng): SyntheticPhoto[] {
  const { identities } = options
  const places = placeCount(identities)
  const names = identityNames(identities)
  let encounters = 0
  const photos = (['train', 'test'] as const).flatMap((split) => {
    const [count, most] =
      split === 'train'
        ? [options.photosPerIdentity, longestEncounter]
        : [options.testPhotosPerIdentity, options.testPhotosPerEncounter]
    const planned = names.flatMap((name, identity) => {
      const draw = rng.fork(`${split}/${identity}`)
      const first = draw.int(2)
      return encounterSizes(count, most, draw).flatMap((size, e) => {
        const encounter = `enc_${String(++encounters).padStart(4, '0')}`
        const flank: Flank = (first + e) % 2 === 0 ? 'left' : 'right'
        const place = draw.int(places)
        return Array.from({ length: size }, (_, shot) => ({ split, identity, name, encounter, flank, place, shot }))
      })
    })
    const digits = Math.max(4, String(planned.length).length)
    return rng
      .fork(`${split}/order`)
      .shuffle(planned)
      .map((photo, i) => ({ ...photo, filename: `${split}_${String(i + 1).padStart(digits, '0')}.png` }))
  })
  return photos
}

/** So few that in training every individual is seen at most of them. */
function placeCount(identities: number): number {
  return Math.max(8, Math.min(48, Math.ceil(identities / 2)))
}

/** Random sizes from 2 to `most` (or all 1 where `most` is) that sum to `count`; a lone photo only where no pair is left. */
function encounterSizes(count: number, most: number, rng: Rng): number[] {
  const sizes: number[] = []
  for (let left = count; left > 0; left -= sizes.at(-1)!) {
    const size = Math.min(left, most, 2 + rng.int(Math.max(1, most - 1)))
    sizes.push(left - size === 1 && size > 2 ? size - 1 : size)
  }
  return sizes
}

const givenNames =
  'Abril Aracy Aroeira Bagua Benita Bororo Caiman Caju Canela Cecilia Corumba Dalva Estrela Fera Garoa Guapo Iara Ibis Ipe Jaci Jatoba Juma Juruna Kaya Lua Madalena Marcela Medrosa Miranda Mandi Nayla Onca Oxum Pajeu Patricia Pixana Pollyanna Pyte Quilombo Ragnar Ribeira Saci Samauma Solar Taiama Tereza Timburi Tuiuiu Ubira Ti Una Valente Xingu Yara Ze Zumbi'.split(
    ' ',
  )

/** n different names, numbered beyond the list. */
export function identityNames(n: number): string[] {
  check(Number.isInteger(n) && n >= 1, `synth: identities, expected a whole number of at least 1, got ${n}`)
  return Array.from({ length: n }, (_, i) => {
    const round = Math.floor(i / givenNames.length)
    return round === 0 ? givenNames[i]! : `${givenNames[i % givenNames.length]!}_${round + 1}`
  })
}
