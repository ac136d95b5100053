import { totalmem } from 'node:os'
import { check, counted, formatBytes, optionText } from '../base/index.ts'
import { reidBackbone } from '../models/index.ts'
import type { TrainConfig } from '../run/index.ts'
import { stepBytes } from './estimate.ts'
import { planOf } from './plan.ts'

/** The network stands in the step's graph once for each chunk: with more of them building it takes minutes. */
const mostChunks = 256

/** A step of fewer pixels is small in every network: what it needs is told when its graph is there. */
const smallStepPixels = 2 ** 24

/** An estimate may be wrong by a fifth, and some of what a process holds may lie on disk: beyond this it is hopeless. */
const hopeless = 1.5

/**
 * Before anything is built or written: that a step of this configuration can fit into memory. The need grows by the same amount with each
 * chunk, so that the graphs of one and two tell it. @throws InputError naming the setting, with the largest batch that would fit.
 */
export function checkFits(config: TrainConfig, memoryBytes: number = machineBytes()): void {
  const { batchSize, image } = config
  const chunk = Math.min(config.chunk, batchSize)
  const chunks = Math.ceil(batchSize / chunk)
  check(
    chunks <= mostChunks,
    `batchSize: ${counted(batchSize, 'photo is', 'photos are')} ${counted(chunks, 'chunk')} of ${chunk}, expected at most ${mostChunks}`,
    `${settingText('batchSize', mostChunks * chunk)} at most, or a larger \`chunk\``,
  )
  if (batchSize * image.widthPx * image.heightPx <= smallStepPixels) return
  const needed = (parts: number) => bytesAt({ ...config, batchSize: parts * chunk })
  const [one, two] = [needed(1), needed(Math.min(2, chunks))]
  const bytes = one + (two - one) * (chunks - 1)
  if (bytes <= hopeless * memoryBytes) return
  const most = one > memoryBytes ? 0 : Math.min(chunks, 1 + Math.floor((memoryBytes - one) / Math.max(1, two - one)))
  check(
    false,
    `batchSize: a step of ${counted(batchSize, 'photo')} of ${image.widthPx} × ${image.heightPx} needs about ${formatBytes(bytes)} of memory, this machine has ${formatBytes(memoryBytes)}`,
    most === 0
      ? 'a smaller `image`, `chunk` or backbone, or `recompute`, needs less'
      : `${settingText('batchSize', most * chunk)} would fit; \`recompute\` needs less`,
  )
}

/** A graph for larger photos holds large constants of its own: it is reckoned from two smaller ones, as memory grows with the area. */
const largestBuiltPixels = 2 ** 20

function bytesAt(config: TrainConfig): number {
  const { widthPx, heightPx } = config.image
  const area = widthPx * heightPx
  const built = (image: { readonly widthPx: number; readonly heightPx: number }) =>
    stepBytes(
      planOf({ config: { ...config, image: { ...config.image, ...image } }, classes: ['one', 'another'] }).graph,
    )
  if (area <= largestBuiltPixels) return built({ widthPx, heightPx })
  const { stridePx } = reidBackbone(config.model)
  const shrunk = (pixels: number) => {
    const side = (px: number) => Math.max(1, Math.round((px * Math.sqrt(pixels / area)) / stridePx)) * stridePx
    const image = { widthPx: side(widthPx), heightPx: side(heightPx) }
    return { pixels: image.widthPx * image.heightPx, bytes: built(image) }
  }
  const [small, large] = [shrunk(largestBuiltPixels / 16), shrunk(largestBuiltPixels / 4)]
  return large.bytes + ((large.bytes - small.bytes) / Math.max(1, large.pixels - small.pixels)) * (area - large.pixels)
}

function settingText(key: string, value: number): string {
  return optionText({ set: `${key}=${value}` })
}

/** Of the machine, or the container. */
function machineBytes(): number {
  const container = process.constrainedMemory() // 0 where it is not known
  return Math.min(totalmem(), container > 0 ? container : Number.POSITIVE_INFINITY)
}
