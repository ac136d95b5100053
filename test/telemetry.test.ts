import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { freshRunner } from './fresh-process.ts'
import { temporaryFolder, tinyKaggle, tinyPhoto, tinyRun } from './model-fixture.ts'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'dist', 'cli.js')
const folder = temporaryFolder()
const runFresh = freshRunner(folder, () => [data, run])

let [data, run] = ['', '']
beforeAll(async () => {
  if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
  data = await tinyKaggle()
  run = tinyRun()
})

const out = (name: string) => ['--out', join(folder, name)]
const small = ['model.backbone=convnext_micro', 'image.widthPx=32', 'image.heightPx=32', 'epochs=1', 'chunk=4']

describe('nothing is left behind and nobody is told', () => {
  // all other commands: readme.test.ts, which runs each
  const withEngine: readonly (readonly [string, () => readonly string[]])[] = [
    [
      'demo',
      () => [
        ...out('demo'),
        ...['--identities', '2', '--photos', '2'],
        ...[...small, 'batchSize=4'].flatMap((value) => ['--set', value]),
      ],
    ],
    ['export', () => ['--model', run, ...out('exported'), '--precision', 'int8']],
    ['audit', () => ['--model', run, '--data', data, ...out('audit.json')]],
  ]
  test.each(withEngine)('rosette %s', async (name, args) => {
    const { code, stderr, loads, left, calls } = await runFresh([cli, name, ...args()])
    expect(code, stderr).toBe(0)
    expect(loads.length).toBeGreaterThan(0)
    expect(new Set(loads)).toEqual(new Set(['1']))
    expect([left, calls]).toEqual([[], []])
  })

  test('rosette watch, which loads no engine and serves this machine only', async () => {
    const { code, stdout, loads, left, calls } = await runFresh(
      [cli, 'watch', join(folder, 'demo', 'run'), '--port', '0'],
      {
        endsWith: 'Ctrl-C ends',
      },
    )
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+/)
    // Node reads where name servers are before it listens, and asks none
    expect([code, loads, left, calls.filter((call) => !call.includes('"/etc/'))]).toEqual([130, [], [], []])
  })

  test('a benchmark', async () => {
    const bundle = join(root, 'build', `telemetry-${process.pid}`)
    await build({
      entryPoints: ['bench/ours'].map((path) => ({
        in: join(root, `${path}.ts`),
        out: path.slice(path.lastIndexOf('/') + 1),
      })),
      outdir: bundle,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
    })
    const args = ['--task', 'train', '--model', 'convnext_zepto_rms', '--size', '32', '--batch', '2', '--warmup', '0']
    const { code, stdout, stderr, loads, left, calls } = await runFresh(
      [join(bundle, 'ours.js'), ...args, '--threads', '1'],
      { input: 'step\nquit\n' },
    ).finally(() => rmSync(bundle, { recursive: true }))
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('"peer":"rosette"')
    expect(new Set(loads)).toEqual(new Set(['1']))
    expect([left, calls]).toEqual([[], []])
  })

  test('rosette --help, which loads no engine', async () => {
    const { code, stderr, loads, left, calls } = await runFresh([cli, '--help'])
    expect(code, stderr).toBe(0)
    expect([loads, left, calls]).toEqual([[], [], []])
  })

  test('an example, as one who uses the library writes it', async () => {
    const { code, stderr, loads, left, calls } = await runFresh([join(root, 'examples', 'gradient.mjs')])
    expect(code, stderr).toBe(0)
    expect(new Set(loads)).toEqual(new Set(['1']))
    expect([left, calls]).toEqual([[], []])
  })

  /** A worker that opens a run, of a main thread that does what it is told first. */
  const worker = (first: string) => {
    const path = join(folder, 'worker.mjs')
    const embedder = pathToFileURL(join(root, 'dist', 'embedder', 'index.js')).href
    const opens = `import(${JSON.stringify(embedder)}).then(async ({ openModel }) => {
      const model = await openModel(${JSON.stringify(run)})
      await model.release()
    })`
    const code = `import { Worker } from 'node:worker_threads'\n${first}\nnew Worker(${JSON.stringify(opens)}, { eval: true })\n`
    writeFileSync(path, code)
    return [path]
  }

  const runtime = pathToFileURL(join(root, 'dist', 'runtime', 'index.js')).href
  test.each([
    ['imports rosette first', `import ${JSON.stringify(runtime)}`],
    ['knows nothing of it', ''], // what the worker sets reaches no library: it opens the model in another process
  ])('a worker thread of a program whose main thread %s', async (_, first) => {
    const { code, stderr, loads, left, calls } = await runFresh(worker(first))
    expect(code, stderr).toBe(0)
    expect(new Set(loads)).toEqual(new Set(['1']))
    expect([left, calls]).toEqual([[], []])
  })
})

test('identify takes as many photos as arguments as the system lets through', async () => {
  const place = join(folder, 'new')
  mkdirSync(place)
  const names = Array.from({ length: 300 }, (_, i) => `camera-trap-${i}.png`)
  const picture = await tinyPhoto('Bento', 20)
  for (const name of names) writeFileSync(join(place, name), picture)
  const table = join(folder, 'matches.csv')
  const args = ['identify', '--model', run, '--gallery', data, '--top', '1', '--csv', table, '--overwrite']
  // 1.2 MB, where Linux lets 2 MB of arguments and environment through: the engine once fell over 14 kB
  const photos = names.map((name) => `${place}/${'./'.repeat(1950)}${name}`)
  const { code, stderr, loads } = await runFresh([cli, ...args, ...photos], { traced: false })
  expect(code, stderr).toBe(0)
  expect(readFileSync(table, 'utf8').trim().split('\n')).toHaveLength(1 + photos.length)
  expect(new Set(loads)).toEqual(new Set(['1']))
})
