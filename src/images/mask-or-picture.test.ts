import { expect, it } from 'vitest'
import { isPicture } from './mask-or-picture.ts'

type Colour = readonly [number, number, number]

function picture(colour: (x: number, y: number) => Colour) {
  const [width, height] = [64, 48]
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => {
    const pixel = i >> 2
    return i % 4 === 3 ? 255 : colour(pixel % width, Math.floor(pixel / width))[i % 4]!
  })
  return { width, height, data }
}

const grey = (value: number): Colour => [value, value, value]
const isAnimal = (x: number, y: number) => (x - 32) ** 2 + (y - 24) ** 2 < 200
const noise = (x: number, y: number) => (x * 7919 + y * 104729 + x * y * 31) % 256
const scene = (x: number, y: number): Colour => [noise(x, y), (noise(y, x) * 3) % 256, 40 + (noise(x + y, y) % 160)]

it.each<[string, (x: number, y: number) => Colour]>([
  ['black and white', (x, y) => grey(isAnimal(x, y) ? 255 : 0)],
  ['numbers of parts', (x, y) => grey(isAnimal(x, y) ? (x % 5) + 1 : 0)],
  ['labels in colours', (x, y) => (isAnimal(x, y) ? (y < 24 ? [128, 0, 0] : [0, 128, 64]) : [192, 128, 0])],
  ['soft all over the animal', (x, y) => grey(Math.max(0, 255 - Math.hypot(x - 32, y - 24) * 9))],
])('a mask is no picture: %s', (_, colour) => {
  expect(isPicture(picture(colour))).toBe(false)
})

it.each<[string, (x: number, y: number) => Colour]>([
  ['in colour', scene],
  ['in colour, cut out on black', (x, y) => (Math.hypot(x - 32, y - 24) < 22 ? scene(x, y) : [0, 0, 0])],
  ['in grey', (x, y) => grey(30 + (noise(x, y) % 190))],
  ['too dark to be seen', (x, y) => grey(26 + (noise(x, y) % 100) + (x % 3))],
])('a photograph is: %s', (_, colour) => {
  expect(isPicture(picture(colour))).toBe(true)
})
