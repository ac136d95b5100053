import { execFile, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { Rng } from '../src/base/index.ts'
import { constant, input, matmul, mul } from '../src/graph/index.ts'
import type { LocalFeatures } from '../src/local/index.ts'
import { float32, zeros } from '../src/tensor/index.ts'
import { temporaryFolder, tinyKaggle, tinyRun } from './model-fixture.ts'

type Runtime = typeof import('../src/runtime/index.ts')

const dist = (path: string) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url))
const cli = dist('cli.js')
/** Models have lanes, threads of their own, only there: Node 20 loads no TypeScript into one. */
const skip = !existsSync(cli) // not built: `npm run build`

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function rosette(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

test.skipIf(skip)('the compiled program embeds in lanes, ends by itself, and passes errors on', async () => {
  const [data, run, out] = [await tinyKaggle(), tinyRun(), temporaryFolder()]
  const path = join(out, 'metrics.json')
  const good = await rosette('evaluate', '--model', run, '--data', data, '--out', path)
  expect(good.code).toBe(0)
  expect(good.stderr).toMatch(/^data: .*; 12 photos of 3 individuals, 4 encounters$/m) // on a slow machine progress stands beside it
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ rank1: 1, queries: 12, split: 'all' })
  const bad = await rosette('evaluate', '--model', run, '--checkpoint', 'last', '--data', data, '--out', `${path}2`)
  expect(bad.code).toBe(2)
  expect(bad.stderr).toContain(`rosette: ${run}: no 'last' checkpoint\nhint: there is 'best': --checkpoint best\n`)
})

test.skipIf(skip)('an error of the system at a model is no bug: exit 2', async () => {
  const [run, out] = [tinyRun(), temporaryFolder()]
  rmSync(join(run, 'model.json'))
  mkdirSync(join(run, 'model.json')) // a folder, which cannot be read as a file
  const args = ['--data', await tinyKaggle(), '--out', join(out, 'metrics.json')]
  const { code, stderr } = await rosette('evaluate', '--model', run, ...args)
  const told = stderr.replace(/^listing .*\n/gm, '') // how far it is, where the machine is slow
  expect([code, told]).toEqual([2, `rosette: ${join(run, 'model.json')}: a folder, not a file\n`])
})

test.skipIf(skip)('in lanes coats match as in one thread, place by place', async () => {
  const { openMatcher, packFeatures } = (await import(dist('local/index.js'))) as typeof import('../src/local/index.ts')
  const { ortBackend } = (await import(dist('runtime/index.js'))) as Runtime
  const [count, dim] = [400, 32] // of 104 photos more than 40,000: fewer are not divided (local/products.ts)
  const gallery = packFeatures(
    Array.from({ length: 104 }, (_, p) => drawnFeatures(new Rng(`photo ${p}`), count, dim)),
    dim,
  )
  const query = drawnFeatures(new Rng('photo 3'), count, dim) // the fourth photo itself
  const answers = []
  for (const threads of [1, 3]) {
    const matcher = await openMatcher(gallery, await ortBackend({ threads }))
    answers.push(await matcher.answer(query, { neighbours: 4, shortlist: () => [7, 3, 51] }))
    await matcher.release()
  }
  expect(answers[1]).toEqual(answers[0])
  const [{ votes, matches }] = answers as [(typeof answers)[0]]
  expect(votes.photos.indexOf(Math.max(...votes.photos))).toBe(3)
  expect([...matches].map(([photo, { inliers }]) => [photo, inliers.length > 350])).toEqual([
    [7, false],
    [3, true],
    [51, false],
  ])
})

/** Descriptors of length one without a negative number, at places all over. */
function drawnFeatures(rng: Rng, count: number, dim: number): LocalFeatures {
  const descriptors = new Uint8Array(count * dim)
  for (let at = 0; at < descriptors.length; at += dim) {
    const numbers = Array.from({ length: dim }, () => rng.uniform())
    const norm = Math.hypot(...numbers)
    numbers.forEach((number, d) => {
      descriptors[at + d] = 128 + Math.min(127, Math.round((254 * number) / norm))
    })
  }
  return {
    ...{ count, dim, descriptors },
    keypoints: Float32Array.from({ length: count * 4 }, (_, i) => 1 + 400 * rng.uniform() * Number(i % 4 < 2)),
    reliability: new Float32Array(count).fill(1),
  }
}

test.skipIf(skip)(
  'in lanes the embeddings are those of one thread, bit for bit, of a run and of its exported file',
  async () => {
    const [data, run, out] = [await tinyKaggle(), tinyRun(), temporaryFolder()]
    const exported = join(out, 'exported')
    expect((await rosette('export', '--model', run, '--out', exported)).code).toBe(0)
    for (const [model, name] of [
      [run, 'run'],
      [exported, 'exported'],
    ] as const) {
      const embed = async (threads: string) => {
        const path = join(out, `${name}${threads}.npy`)
        const args = ['--model', model, '--data', data, '--batch', '1', '--threads', threads, '--out', path]
        expect(await rosette('embed', ...args)).toMatchObject({ code: 0 })
        return readFileSync(path)
      }
      expect((await embed('3')).equals(await embed('1'))).toBe(true)
    }
  },
)

describe.skipIf(skip)('a program in lanes', () => {
  const runtime = async () => (await import(pathToFileURL(dist('runtime/index.js')).href)) as Runtime

  test('has several runs under way, writes where it is told to, and goes on after one that fails', async () => {
    const { ortBackend } = await runtime()
    const w = input('w', [2, 2])
    const graph = { outputs: { y: matmul(input('x', ['N', 2]), w) } }
    const parameters = new Map([['w', float32([2, 2], [1, 2, 3, 4])]])
    const program = await (await ortBackend({ threads: 3 })).compile(graph, { parameters, lanes: true })
    try {
      expect(program.lanes).toBe(3)
      const rows = Array.from({ length: 12 }, (_, i) => float32([1, 2], [i, 1]))
      const results = await Promise.all(rows.map((x) => program.run({ x })))
      expect(results.map(({ y }) => [...y!.data])).toEqual(rows.map((_, i) => [i + 3, 2 * i + 4]))
      const y = zeros('float32', [1, 2])
      expect((await program.run({ x: rows[2]! }, { y })).y).toBe(y)
      expect([...y.data]).toEqual([5, 8])
      await expect(program.run({ x: float32([1, 3], [1, 2, 3]) })).rejects.toThrow("'x'")
      expect([...(await program.run({ x: rows[1]! })).y!.data]).toEqual([4, 6])
    } finally {
      await program.release()
    }
  })

  test('takes a part of a larger memory', async () => {
    const { ortBackend } = await runtime()
    const graph = { outputs: { y: mul(input('x', [2]), constant(float32([], [10]))) } }
    const program = await (await ortBackend({ threads: 2 })).compile(graph, { lanes: true })
    const memory = Float32Array.from({ length: 1000 }, (_, i) => i)
    const { y } = await program.run({ x: float32([2], memory.subarray(500, 502)) })
    await program.release()
    expect([...y!.data]).toEqual([5000, 5010])
    expect(memory[500]).toBe(500) // it was not given away
  })

  test('that was released runs no more, which is the caller’s mistake', async () => {
    const { ortBackend } = await runtime()
    const graph = { outputs: { y: mul(input('x', [2]), constant(float32([], [10]))) } }
    const program = await (await ortBackend({ threads: 2 })).compile(graph, { lanes: true })
    await program.release()
    await expect(program.run({ x: float32([2], [1, 2]) })).rejects.toThrow(/^a network that was released runs no more/)
  })

  test('a file that ONNX Runtime refuses is an error of the input', async () => {
    const { openOnnx } = await runtime()
    const path = join(temporaryFolder(), 'broken.onnx')
    writeFileSync(path, 'no model')
    await expect(openOnnx(path, { threads: 2 })).rejects.toThrow('broken.onnx: ONNX Runtime cannot open it')
  })
})

test.skipIf(skip)('half a model is refused however many lanes were opening it', async () => {
  const [data, out] = [await tinyKaggle(), temporaryFolder()]
  expect((await rosette('export', '--model', tinyRun(), '--out', join(out, 'model'))).code).toBe(0)
  const path = join(out, 'model', 'model.onnx')
  truncateSync(path, Math.floor(statSync(path).size / 2))
  const description = join(out, 'model', 'model.json') // without its hash, which would tell the damage before
  const { sha256: _, ...described } = JSON.parse(readFileSync(description, 'utf8')) as Record<string, unknown>
  writeFileSync(description, JSON.stringify(described))
  const args = ['--model', join(out, 'model'), '--data', data, '--threads', '8', '--out', join(out, 'e.npy')]
  for (let i = 0; i < 2; i++) {
    const { code, stderr } = await rosette('embed', ...args)
    expect(stderr).toContain('model.onnx: ONNX Runtime cannot open it')
    expect(code).toBe(2)
  }
})

test.skipIf(skip)('stopped twice it ends as the signal ends a process', async () => {
  const args = ['embed', '--model', tinyRun(), '--data', await tinyKaggle(), '--batch', '1', '--threads', '2']
  const child = spawn(process.execPath, [cli, ...args, '--out', join(temporaryFolder(), 'e.npy')])
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += String(text)
  })
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)))
  const kills = setInterval(() => child.kill('SIGINT'), 50)
  expect(['SIGINT', 130, 0]).toContain(await ended)
  clearInterval(kills)
  expect(stderr).not.toContain('terminate called')
})

test.skipIf(skip)('stopped by a signal it tidies up', async () => {
  const [data, run, out] = [await tinyKaggle(), tinyRun(), temporaryFolder()]
  const child = spawn(process.execPath, [
    cli,
    'embed',
    '--model',
    run,
    '--data',
    data,
    '--out',
    join(out, 'e.npy'),
    '--batch',
    '1',
  ])
  let stderr = ''
  child.stderr.on('data', (text) => {
    stderr += String(text)
  })
  const started = setInterval(() => {
    if (readdirSync(out).length > 0) {
      clearInterval(started)
      child.kill('SIGINT')
    }
  }, 1)
  const code = await new Promise((resolve) => child.on('exit', resolve))
  clearInterval(started)
  // A machine may have finished before the signal came; it never leaves a half.
  if (code === 0) expect(readdirSync(out).sort()).toEqual(['e.csv', 'e.npy'])
  else {
    expect([code, readdirSync(out)]).toEqual([130, []])
    expect(stderr).toMatch(/\nrosette: stopped; nothing was written\n$/)
  }
})

test.skipIf(skip)('photos are re-ranked in several threads as in one', async () => {
  type Retrieval = typeof import('../src/retrieval/index.ts')
  const compiled: Retrieval = await import(pathToFileURL(dist('retrieval/index.js')).href)
  const [count, dim] = [1800, 128] // enough for threads of their own
  const photos = { count, dim, data: Float32Array.from({ length: count * dim }, (_, i) => Math.sin(i * i)) }
  const rerank = { k1: 4, k2: 1, lambda: 0.3 }
  const rows = ({ forEachProcessedRow }: Retrieval) => {
    const sums = new Float64Array(count)
    forEachProcessedRow({ queries: photos, gallery: photos, postProcessing: { rerank } }, (q, row) => {
      row.forEach((similarity, g) => {
        sums[q] = sums[q]! + similarity * (g + 1)
      })
    })
    return sums
  }
  expect(rows(compiled)).toEqual(rows(await import('../src/retrieval/index.ts')))
})
