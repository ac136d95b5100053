import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Rng } from '../src/base/index.ts'
import { encodePng } from '../src/images/index.ts'

type Rgb = readonly [number, number, number]

/** A coat that no other identity has: two colours, and stripes that run one way. */
interface Coat {
  readonly name: string
  readonly dark: Rgb
  readonly light: Rgb
  /** Of the stripes' wave, in turns over the photo's width and height. */
  readonly turns: readonly [number, number]
}

const coats: readonly Coat[] = [
  { name: 'ana', dark: [150, 30, 30], light: [240, 180, 60], turns: [4, 0] },
  { name: 'bia', dark: [20, 90, 40], light: [160, 230, 150], turns: [0, 4] },
  { name: 'caua', dark: [20, 40, 140], light: [140, 200, 250], turns: [3, 3] },
  { name: 'davi', dark: [60, 60, 60], light: [230, 230, 230], turns: [3, -3] },
]

const [width, height] = [64, 48]

export interface StripedOptions {
  readonly identities?: number
  readonly photos?: number
}

/** A new folder of folders: striped animals of 64 × 48 pixels, each photo with its own phase, light and noise. The same bytes each time. */
export async function stripedDataset({ identities = 4, photos = 8 }: StripedOptions = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-striped-'))
  for (const coat of coats.slice(0, identities)) {
    mkdirSync(join(folder, coat.name))
    for (let i = 0; i < photos; i++) {
      writeFileSync(join(folder, coat.name, `${coat.name}-${i}.png`), await photoOf(coat, new Rng(coat.name).fork(i)))
    }
  }
  return folder
}

function photoOf({ dark, light, turns }: Coat, rng: Rng): Promise<Uint8Array> {
  const [phase, gain] = [rng.uniform(0, 2 * Math.PI), rng.uniform(0.8, 1.1)]
  const data = new Uint8Array(width * height * 4)
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [(i % width) / width, Math.floor(i / width) / height]
    const share = (1 + Math.sin(2 * Math.PI * (turns[0] * x + turns[1] * y) + phase)) / 2
    const noise = rng.uniform(-20, 20)
    for (let c = 0; c < 3; c++) {
      const value = gain * (dark[c]! + (light[c]! - dark[c]!) * share) + noise
      data[i * 4 + c] = Math.min(255, Math.max(0, Math.round(value)))
    }
    data[i * 4 + 3] = 255
  }
  return encodePng({ width, height, data })
}
