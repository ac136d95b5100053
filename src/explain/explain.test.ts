import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cosine, tinyGeometry, tinyNetwork, tinyPhoto, tinyRun, tinyTensors } from '../../test/model-fixture.ts'
import { mean } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import { describeModel } from '../embedder/description.ts'
import { prepareFor } from '../embedder/embedder.ts'
import type { Network } from '../embedder/network.ts'
import { embedderOf, type NetworkEmbedder } from '../embedder/network-embedder.ts'
import { openModel } from '../embedder/open.ts'
import { exportModel } from '../export/export.ts'
import { decodeImage, geometry } from '../images/index.ts'
import { tensor } from '../tensor/index.ts'
import { strongestPairs } from './attribution.ts'
import { cellBox, withoutCells } from './deletion.ts'
import { explainMatch, type MatchExplanation } from './explain.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-explain-'))
const wide = geometry({ widthPx: 96, heightPx: 64 })
let [query, match]: [Photo, Photo] = [photoAt('a'), photoAt('b')]
let run: NetworkEmbedder
let exported: NetworkEmbedder

function photoAt(name: string): Photo {
  const filename = `${name}.png`
  return { filename, path: join(folder, filename), extra: {} }
}

beforeAll(async () => {
  for (const [name, at] of [
    ['a', 0],
    ['b', 1],
  ] as const)
    writeFileSync(join(folder, `${name}.png`), await tinyPhoto('Abril', at))
  ;[query, match] = [photoAt('a'), photoAt('b')]
  run = await openModel(tinyRun({ geometry: wide }), { threads: 1, batch: 3 })
  const out = join(folder, 'exported')
  await exportModel({ network: tinyNetwork, geometry: wide, tensors: tinyTensors(), folder: out, name: 'tiny' })
  exported = await openModel(out, { threads: 1 })
})
afterAll(async () => {
  await run.release()
  await exported.release()
})

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)

describe('by cells', () => {
  let found: MatchExplanation
  beforeAll(async () => {
    found = await explainMatch(run, query, match)
  })

  test('contributions, and both heat maps, add up to the similarity of the photos as they are', async () => {
    expect([found.method, found.query.rows, found.query.columns]).toEqual(['cells', 2, 3])
    const plain = await openModel(run.run!, { threads: 1, tta: 'none' })
    const [a, b] = await embedded(plain)
    await plain.release()
    expect(found.explained).toBeCloseTo(cosine(a, b), 4)
    expect(found.contributions.length).toBe(36)
    for (const parts of [found.contributions, found.query.heat, found.match.heat])
      expect(sum(parts)).toBeCloseTo(found.explained, 6)
  })

  test('heat is a cell’s row of contributions', () => {
    expect(found.query.heat[4]).toBeCloseTo(sum(found.contributions.subarray(24, 30)), 8)
    const column = Float64Array.from({ length: 6 }, (_, i) => found.contributions[6 * i + 4]!)
    expect(found.match.heat[4]).toBeCloseTo(sum(column), 8)
  })

  test('the similarity is that of rankings, mirror images averaged', async () => {
    const [a, b] = await embedded(run)
    expect(found.similarity).toBeCloseTo(cosine(a, b), 5)
    expect(Math.abs(found.similarity - found.explained)).toBeGreaterThan(1e-5)
  })

  test('a photo matches itself cell by cell', async () => {
    const same = await explainMatch(run, query, query)
    expect([same.similarity, same.explained]).toEqual([expect.closeTo(1, 5), expect.closeTo(1, 5)])
    same.contributions.forEach((value, at) => {
      expect(value).toBeCloseTo(same.contributions[(at % 6) * 6 + Math.floor(at / 6)]!, 6)
    })
  })

  test('other photos of one batch change nothing, and the whole is the same twice', async () => {
    const pixels = prepareFor(run, await decodeImage(query.path))[0]!
    const five = tensor(
      'uint8',
      [5, 64, 96, 3],
      Uint8Array.from({ length: 5 * pixels.length }, (_, i) => pixels[i % pixels.length]!),
    )
    const cells = await run.network.cells!(five)
    const perPhoto = cells.length / 5
    for (let i = 0; i < perPhoto; i++) expect(cells[4 * perPhoto + i]).toBeCloseTo(cells[i]!, 5)
    expect(await explainMatch(run, query, match)).toEqual(found)
  })
})

test('a model in a thread of its own explains the same', async () => {
  const built = new URL('../../dist/embedder/index.js', import.meta.url).href
  const { openModel } = (await import(built)) as typeof import('../embedder/index.ts')
  const far = await openModel(run.run!, { threads: 1, batch: 3 })
  const found = await explainMatch(far, query, match)
  await far.release()
  expect(found).toEqual(await explainMatch(run, query, match))
})

describe('by occlusion', () => {
  test('a cell’s heat is what the similarity loses without it', async () => {
    const found = await explainMatch(exported, query, match, { occlusionGrid: 3 })
    expect([found.method, found.query.rows, found.query.heat.length]).toEqual(['occlusion', 3, 9])
    const covered = withoutCells(found.query.pixels, found.query, [[5]])
    const without = await exported.network.embed(covered)
    const [a, b] = await embedded(exported)
    expect(found.query.heat[5]).toBeCloseTo(cosine(a, b) - cosine(without, b), 5)
    expect(found.explained).toBeCloseTo(found.similarity, 6)
  })

  test('the model’s cells are not asked for where it has none', async () => {
    await expect(explainMatch(exported, query, match, { method: 'cells' })).rejects.toThrow(
      /explain: .*exported does not tell what its cells add\nhint: name the run folder/,
    )
  })
})

describe('faithfulness', () => {
  /** Sees the top left cell of a 4 × 4 grid and nothing else: an embedding of its mean colour. */
  const network: Network = {
    geometry: tinyGeometry,
    size: 3,
    batchSize: 4,
    lanes: 1,
    embed: async ({ data, shape }) => {
      const out = new Float32Array(3 * shape[0]!)
      for (let photo = 0; photo < shape[0]!; photo++) {
        const pixel = data.subarray((photo * 32 * 32 + 8 * 32 + 4) * 3) // inside the letterboxed photo
        const norm = Math.hypot(pixel[0]!, pixel[1]!, pixel[2]!) || 1
        for (let c = 0; c < 3; c++) out[3 * photo + c] = pixel[c]! / norm
      }
      return out
    },
    release: async () => {},
  }
  const description = describeModel('narrow', tinyNetwork, tinyGeometry)
  const narrow = embedderOf(network, {
    name: 'narrow',
    source: 'narrow',
    run: undefined,
    description,
    tta: 'none',
    fingerprint: async () => '',
  })

  test('finds the one cell that matters, and random ones matter less', async () => {
    const options = { occlusionGrid: 4, deletedShare: 1 / 16, draws: 40 }
    const { query: seen, faithfulness, similarity } = await explainMatch(narrow, query, match, options)
    expect(similarity).toBeGreaterThan(0.9)
    const hot = Array.from(seen.heat.keys()).filter((cell) => seen.heat[cell] !== 0)
    expect(hot).toEqual([4]) // row 1, column 0 holds pixel (8, 4)
    expect(faithfulness.cells).toEqual([4])
    expect(faithfulness.lost).toBeCloseTo(seen.heat[4]!, 6)
    expect(faithfulness.lost).toBeGreaterThan(0.01)
    expect(faithfulness.lostAtRandom).toBeGreaterThanOrEqual(0)
    expect(faithfulness.lostAtRandom).toBeLessThan(0.3 * faithfulness.lost) // 1 of 16 on average
    const other = await explainMatch(narrow, query, match, { ...options, seed: 1 })
    expect(other.faithfulness.lost).toBe(faithfulness.lost)
    expect(other.faithfulness.deviationAtRandom).not.toBe(faithfulness.deviationAtRandom)
  })

  test('deletes as many cells as the share says, at least one', async () => {
    const deleted = async (deletedShare: number) =>
      (await explainMatch(narrow, query, match, { occlusionGrid: 4, deletedShare, draws: 1 })).faithfulness.cells.length
    expect([await deleted(0.01), await deleted(0.2), await deleted(0.9)]).toEqual([1, 3, 14])
  })
})

test('withoutCells: the mean colour in the cell, the photo elsewhere', () => {
  const pixels = tensor(
    'uint8',
    [4, 6, 3],
    Uint8Array.from({ length: 72 }, (_, i) => i),
  )
  const { data, shape } = withoutCells(pixels, { rows: 2, columns: 3 }, [[4], []])
  expect(shape).toEqual([2, 4, 6, 3])
  const means = [0, 1, 2].map((c) => Math.round(mean(Array.from({ length: 24 }, (_, p) => 3 * p + c))))
  for (let y = 0; y < 4; y++)
    for (let x = 0; x < 6; x++)
      for (let c = 0; c < 3; c++) {
        const at = (y * 6 + x) * 3 + c
        const inside = y >= 2 && x >= 2 && x < 4
        expect(data[at]).toBe(inside ? means[c] : at)
        expect(data[72 + at]).toBe(at)
      }
})

test('cellBox: cells tile the photo where the grid does not divide it', () => {
  const grid = { rows: 3, columns: 7 }
  const boxes = Array.from({ length: 21 }, (_, cell) => cellBox(grid, cell, { widthPx: 100, heightPx: 50 }))
  expect(boxes[8]).toEqual({ leftPx: 14, topPx: 17, widthPx: 15, heightPx: 16 })
  expect(boxes.reduce((area, box) => area + box.widthPx * box.heightPx, 0)).toBe(5000)
})

test('strongestPairs: best first, each cell once, none that speaks against', () => {
  const contributions = Float64Array.of(5, 4, 1, 4.5, 3, -1)
  expect(strongestPairs(contributions, 3, 8)).toEqual([
    { query: 0, match: 0, contribution: 5 },
    { query: 1, match: 1, contribution: 3 },
  ])
  expect(strongestPairs(contributions, 3, 1).length).toBe(1)
  expect(strongestPairs(Float64Array.of(-1, 0), 2, 8)).toEqual([])
})

test.each([
  [{ draws: 0 }, 'draws: expected a whole number from 1, got 0'],
  [{ occlusionGrid: 1.5 }, 'occlusionGrid: expected a whole number from 1, got 1.5'],
  [{ deletedShare: 1 }, 'deletedShare: expected a share between 0 and 1, got 1'],
  [{ correspondences: -1 }, 'correspondences: expected a whole number from 0, got -1'],
])('refuses %o', async (options, message) => {
  await expect(explainMatch(run, query, match, options)).rejects.toThrow(message)
})

test('a photo that cannot be read is named', async () => {
  await expect(explainMatch(run, query, photoAt('none'))).rejects.toThrow('none.png')
})

/** Both photos' embeddings. */
async function embedded(embedder: NetworkEmbedder): Promise<[Float32Array, Float32Array]> {
  const each = async ({ path }: Photo) => embedder.embed([prepareFor(embedder, await decodeImage(path))])
  return [await each(query), await each(match)]
}
