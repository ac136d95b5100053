import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import type { Photo } from '../data/index.ts'
import { encodePng, type ImageRGBA } from '../images/index.ts'
import { swappedBackground } from './swapped-background.ts'

/** 4 × 2: the animal in the two columns on the left, of the grey; around it the other grey. */
function picture(animal: number, around: number): ImageRGBA {
  const data = Uint8Array.from({ length: 32 }, (_, i) => {
    const isAnimal = (i >> 2) % 4 < 2
    if (i % 4 === 3) return isAnimal ? 255 : 0
    return isAnimal ? animal : around
  })
  return { width: 4, height: 2, data }
}

test('the animal stays, the background is that of another individual; where that had its animal, its mean', async () => {
  const folder = temporaryFolder()
  const named = async (filename: string, identity: string, image: ImageRGBA, encounter = filename): Promise<Photo> => {
    const path = join(folder, filename)
    writeFileSync(path, await encodePng(image))
    return { filename, path, identity, encounter, extra: {} }
  }
  const own = picture(10, 20)
  const a1 = await named('a1.png', 'A', own)
  const a2 = await named('a2.png', 'A', picture(30, 40))
  const met = await named('b1.png', 'B', picture(50, 60), 'a1.png')
  const mirrored: ImageRGBA = { ...own, data: picture(70, 80).data.map((_, i, all) => all[i ^ 8]!) }
  const b2 = await named('b2.png', 'B', mirrored)
  const swap = swappedBackground([a1, a2, met, b2])
  const reds = ({ data }: ImageRGBA) => [0, 1, 2, 3].map((x) => data[4 * x])
  const swapped = await swap(own, a1)
  expect(reds(swapped)).toEqual([10, 10, 80, 80]) // of b2; where its animal stood, its mean
  expect(swapped.data.filter((_, i) => i % 4 === 3)).toEqual(own.data.filter((_, i) => i % 4 === 3))
  expect(await swap(own, a1)).toEqual(swapped)
  const whole: ImageRGBA = { ...own, data: own.data.map((value, i) => (i % 4 === 3 ? 255 : value)) }
  expect(await swap(whole, a1)).toBe(whole)
  expect(await swappedBackground([a1, a2, met])(own, a1)).toBe(own) // nobody is elsewhere
})
