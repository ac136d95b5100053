/**
 * Does rosette's RootSIFT find and match what OpenCV's does, on the same pixels? Drawn jaguars are warped by known maps, and keypoints and descriptors of both sides
 * are scored by the same code (bench/repeatability.ts). Writes results/warped.csv.
 *
 *     ROSETTE_PEERS=/path/to/python node scripts/bench.mjs warped
 *
 * Rosette is asked twice: as OpenCV is, and as it is shipped, with a larger window, contrast equalised and dark places never compared with light ones.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { csvText, formatTable, mean } from '../src/base/index.ts'
import type { Photo } from '../src/data/index.ts'
import { encodePng, type ImageRGBA } from '../src/images/index.ts'
import { extractPhotos, rootSift, siftDefaults } from '../src/local/index.ts'
import { studio } from '../src/synth/index.ts'
import { decodeNpy } from '../src/tensor/index.ts'
import { root } from './command.ts'
import { type AffineMap, type FoundPlaces, inverse, mapped, scoreWarp } from './repeatability.ts'

/** What happens to a picture: where its places go, and what becomes of its brightness. */
interface Warp {
  readonly name: string
  /** The linear part of the map, about the middle of the picture. */
  readonly linear?: readonly [number, number, number, number]
  readonly level?: (grey: number) => number
  readonly blurPx?: number
}

/** One side's places by the name of a picture. */
type Source = readonly [name: string, places: ReadonlyMap<string, FoundPlaces>]

const { keypoints } = siftDefaults
const threads = 2
const size = { widthPx: 512, heightPx: 352 }
/** Drawn larger: a picture that is turned or shrunk shows what was around it, and has no black corners. */
const canvas = { widthPx: 768, heightPx: 576 }
const warps: readonly Warp[] = [
  { name: 'turned by 15°', linear: turn(15) },
  { name: 'turned by 30°', linear: turn(30) },
  { name: 'scaled to 0.7', linear: [0.7, 0, 0, 0.7] },
  { name: 'squeezed to 0.75 in x', linear: [0.75, 0, 0, 1] },
  { name: 'contrast 0.6 and brighter', level: (grey) => 0.6 * grey + 60 },
  { name: 'blurred, σ 1.5 px', blurPx: 1.5 },
]
const plain: Warp = { name: 'plain' }

const folder = mkdtempSync(join(tmpdir(), 'rosette-warped-'))
try {
  const { photos, render } = studio({ identities: 20, photosPerIdentity: 1, testPhotosPerIdentity: 0, ...canvas })
  for (const [i, photo] of photos.entries()) {
    const drawn = greyOf(render(photo))
    for (const warp of [plain, ...warps]) writeFileSync(pathOf(nameOf(i, warp)), await warped(drawn, warp))
  }
  const names = photos.flatMap((_, i) => [plain, ...warps].map((warp) => nameOf(i, warp)))
  const sources: Source[] = [
    ...theirs(names),
    ["rosette, Lowe's window, contrast as it is", await ours(names, false)],
    ['rosette as shipped', await ours(names, true)],
  ]
  const header = ['warp', 'source', 'pictures', 'keypoints_in_view', 'repeatability', 'matching_score']
  const rows = warps.flatMap((warp) => sources.map((source) => rowOf(warp, source, photos.length)))
  writeFileSync(join(root, 'results', 'warped.csv'), csvText([header, ...rows]))
  console.log(formatTable(header, rows))
} finally {
  rmSync(folder, { recursive: true })
}

function turn(degrees: number): [number, number, number, number] {
  const [cos, sin] = [Math.cos((degrees / 180) * Math.PI), Math.sin((degrees / 180) * Math.PI)]
  return [cos, -sin, sin, cos]
}

function nameOf(picture: number, warp: Warp): string {
  return `${picture}-${[plain, ...warps].indexOf(warp)}`
}

function pathOf(name: string, ending = 'png'): string {
  return join(folder, `${name}.${ending}`)
}

/** Places of the picture to places of the warped one. */
function mapOf({ linear: [a, b, d, e] = [1, 0, 0, 1] }: Warp): AffineMap {
  const [x, y] = [size.widthPx / 2, size.heightPx / 2]
  return [a, b, x - a * x - b * y, d, e, y - d * x - e * y]
}

interface Grey {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

function greyOf({ width, height, data }: ImageRGBA): Grey {
  const grey = Float32Array.from({ length: width * height }, (_, i) =>
    Math.round(0.299 * data[i * 4]! + 0.587 * data[i * 4 + 1]! + 0.114 * data[i * 4 + 2]!),
  )
  return { width, height, data: grey }
}

/** The middle of a drawn picture, warped, as PNG. */
async function warped(drawn: Grey, warp: Warp): Promise<Uint8Array> {
  const { widthPx, heightPx } = size
  const back = inverse(mapOf(warp))
  const [left, top] = [(canvas.widthPx - widthPx) / 2, (canvas.heightPx - heightPx) / 2]
  const source = warp.blurPx === undefined ? drawn : blurred(drawn, warp.blurPx)
  const side = warp.linear === undefined ? 1 : 3 // samples of a pixel, so that what shrinks does not alias
  const data = new Uint8Array(widthPx * heightPx * 4).fill(255)
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      let sum = 0
      for (let s = 0; s < side * side; s++) {
        const [u, v] = mapped(back, [x + ((s % side) + 0.5) / side, y + (Math.floor(s / side) + 0.5) / side])
        sum += between(source, left + u - 0.5, top + v - 0.5)
      }
      const grey = sum / side ** 2
      const i = (y * widthPx + x) * 4
      data.fill(Math.round(warp.level?.(grey) ?? grey), i, i + 3)
    }
  }
  return encodePng({ width: widthPx, height: heightPx, data })
}

/** Bilinear, at whole numbers the pixels themselves. */
function between({ width, data }: Grey, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [r, d] = [x - left, y - top]
  const at = top * width + left
  const above = r === 0 ? data[at]! : data[at]! * (1 - r) + data[at + 1]! * r
  if (d === 0) return above
  const below = r === 0 ? data[at + width]! : data[at + width]! * (1 - r) + data[at + width + 1]! * r
  return above * (1 - d) + below * d
}

/** A Gaussian along rows, then along columns; borders repeat. */
function blurred({ width, height, data }: Grey, sigmaPx: number): Grey {
  const reach = Math.ceil(4 * sigmaPx)
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigmaPx ** 2)))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const clamp = (i: number, length: number) => Math.min(length - 1, Math.max(0, i))
  const along = (from: Float32Array, pixel: (x: number, y: number, step: number) => number) =>
    from.map((_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)]
      return weights.reduce((sum, weight, w) => sum + weight * from[pixel(x, y, w - reach)]!, 0) / total
    })
  const rows = along(data, (x, y, step) => y * width + clamp(x + step, width))
  return { width, height, data: along(rows, (x, y, step) => clamp(y + step, height) * width + x) }
}

/** RootSIFT of rosette; as it is shipped, or asked as OpenCV is. */
async function ours(names: readonly string[], isShipped: boolean): Promise<Source[1]> {
  const extractor = rootSift({ threads, ...(isShipped ? {} : { equalise: false, window: 1 }) })
  const photos = names.map((name): Photo => ({ filename: name, path: pathOf(name), extra: {} }))
  const { features } = await extractPhotos(extractor, photos, { cacheDir: join(folder, 'cache') })
  await extractor.release()
  return new Map(
    features.map(({ keypoints: places, descriptors, kinds }, i) => [
      names[i]!,
      {
        keypoints: places,
        descriptors: Float32Array.from(descriptors, (byte) => (byte - 128) / 254), // as `LocalFeatures` writes numbers
        kinds: isShipped ? kinds : undefined,
      },
    ]),
  )
}

/** RootSIFT of OpenCV, where a Python interpreter that has it is named. */
function theirs(names: readonly string[]): Source[] {
  const [python] = (process.env.ROSETTE_PEERS ?? '').split(',').filter((name) => name !== '')
  if (python === undefined) return []
  const job = join(folder, 'job.json')
  writeFileSync(job, JSON.stringify({ pictures: names.map((name) => pathOf(name)), keypoints, threads }))
  const script = join(root, 'bench', 'peers', 'warped.py')
  const { version } = JSON.parse(execFileSync(python, [script, '--job', job], { encoding: 'utf8' })) as {
    readonly version: string
  }
  return [[`OpenCV ${version}`, new Map(names.map((name) => [name, storedPlaces(pathOf(name, 'npy'))]))]]
}

/** A file of rows: four numbers say where, the others are the descriptor. */
function storedPlaces(path: string): FoundPlaces {
  const { shape, data } = decodeNpy(readFileSync(path), path)
  const [count = 0, width = 0] = shape
  const columns = (first: number, end: number) =>
    Float32Array.from({ length: count * (end - first) }, (_, i) => {
      const row = Math.floor(i / (end - first))
      return data[row * width + first + (i % (end - first))]!
    })
  return { keypoints: columns(0, 4), descriptors: columns(4, width) }
}

/** Means over pictures. */
function rowOf(warp: Warp, [source, places]: Source, pictures: number): string[] {
  const scores = Array.from({ length: pictures }, (_, i) =>
    scoreWarp({
      from: places.get(nameOf(i, plain))!,
      to: places.get(nameOf(i, warp))!,
      map: mapOf(warp),
      ...size,
    }),
  )
  const of = (name: keyof (typeof scores)[number]) => mean(scores.map((score) => score[name]))
  const numbers = [of('inView').toFixed(0), of('repeatability').toFixed(3), of('matchingScore').toFixed(3)]
  return [warp.name, source, String(pictures), ...numbers]
}
