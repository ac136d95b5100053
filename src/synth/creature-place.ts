import type { Rng } from '../base/index.ts'
import { type Canvas, type Colour, cover, mixColour } from './canvas.ts'
import { type NoiseTile, noiseAt } from './noise.ts'

/** Ground, what stands on it, and often a sky: no place in particular. */
export function paintScenery(on: Canvas, rng: Rng, noise: NoiseTile): void {
  const { width, height } = on
  const horizon = rng.uniform(-0.3, 0.8) * height
  const layers = [0, 1].map(() => ({
    colours: [drawColour(rng), drawColour(rng)] as const,
    sizes: [rng.uniform(0.05, 1.2), rng.uniform(0.05, 1.2)] as const,
    offset: rng.uniform(0, 256),
  }))
  for (let py = 0; py < height; py++)
    for (let px = 0; px < width; px++) {
      const { colours, sizes, offset } = layers[py < horizon ? 0 : 1]!
      const share = noiseAt(noise, offset + sizes[0] * px, offset + sizes[1] * py)
      const colour = mixColour(colours[0], colours[1], Math.min(1, Math.max(0, 2.5 * (share - 0.3))))
      cover(on, py * width + px, colour, 1, 1)
    }
  const trunks = rng.chance(0.4) ? rng.int(6) : 0
  for (let i = 0; i < trunks; i++) paintStroke(on, rng, { width: rng.uniform(2, 16), down: rng.chance(0.8) })
  const bushes = rng.int(5)
  for (let i = 0; i < bushes; i++) paintBush(on, rng, noise, rng.uniform(0, 1))
}

/** Grass, twigs and bushes before the animal. */
export function paintScrub(on: Canvas, rng: Rng, noise: NoiseTile): void {
  const blades = rng.chance(0.6) ? rng.int(60) : 0
  for (let i = 0; i < blades; i++)
    paintStroke(on, rng, { width: rng.uniform(0.6, 2.5), down: true, from: rng.uniform(0.5, 1) })
  const twigs = rng.chance(0.3) ? rng.int(8) : 0
  for (let i = 0; i < twigs; i++) paintStroke(on, rng, { width: rng.uniform(1, 5), down: rng.chance(0.5) })
  const bushes = rng.chance(0.5) ? 1 + rng.int(3) : 0
  for (let i = 0; i < bushes; i++) paintBush(on, rng, noise, rng.uniform(0.75, 1.05))
}

function drawColour(rng: Rng): Colour {
  if (rng.chance(0.25)) return [rng.uniform(), rng.uniform(), rng.uniform()]
  const light = rng.uniform(0.03, 0.8)
  return [light * rng.uniform(0.6, 1), light * rng.uniform(0.7, 1), light * rng.uniform(0.3, 1)]
}

/** A straight line from edge to edge, or a blade that begins at the share `from` of the height. */
function paintStroke(
  on: Canvas,
  rng: Rng,
  { width, down, from = 0 }: { readonly width: number; readonly down: boolean; readonly from?: number },
): void {
  const colour = drawColour(rng)
  const [at, lean] = [rng.uniform(0, down ? on.width : on.height), rng.normal(0, 0.25)]
  const long = down ? on.height : on.width
  const across = down ? on.width : on.height
  for (let along = Math.floor(from * long); along < long; along++)
    for (let k = Math.floor(-width / 2); k <= width / 2; k++) {
      const place = Math.round(at + lean * (along - long / 2) + k)
      if (place < 0 || place >= across) continue
      cover(on, down ? along * on.width + place : place * on.width + along, colour, 1 - Math.abs(k) / (2 * width), 0.9)
    }
}

/** An ellipse of leaves around the share `level` of the height. */
function paintBush(on: Canvas, rng: Rng, noise: NoiseTile, level: number): void {
  const [cx, cy] = [rng.uniform(0, on.width), level * on.height]
  const [rx, ry] = [rng.uniform(0.05, 0.4) * on.width, rng.uniform(0.05, 0.25) * on.height]
  const [dark, light] = [drawColour(rng), drawColour(rng)]
  const [offset, leaf] = [rng.uniform(0, 256), rng.uniform(1, 5)]
  for (let py = Math.max(0, Math.floor(cy - ry)); py < Math.min(on.height, cy + ry); py++)
    for (let px = Math.max(0, Math.floor(cx - rx)); px < Math.min(on.width, cx + rx); px++) {
      const r = ((px - cx) / rx) ** 2 + ((py - cy) / ry) ** 2
      const share = noiseAt(noise, offset + leaf * px, offset + leaf * py)
      if (share > 0.35 + 0.3 * r) cover(on, py * on.width + px, mixColour(dark, light, share), 1, 0.95)
    }
}
