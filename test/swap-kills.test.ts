import { execFile } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { InputError, sha256OfFile } from '../src/base/index.ts'
import { openModel, readGallery, settlePair } from '../src/embedder/index.ts'
import { RunFolder } from '../src/run/index.ts'
import { commandHere } from './command-here.ts'
import { temporaryFolder, tinyKaggle, tinyRun, tinyTensors } from './model-fixture.ts'

const cli = join(import.meta.dirname, '..', 'dist', 'cli.js')
vi.setConfig({ testTimeout: 300_000 }) // some twenty commands each

const folder = temporaryFolder()

/** Loaded before everything else: the process dies right after the nth time that something at or beside PLACE got another name or none. */
const assassin = `
const fs = require('node:fs')
let left = Number(process.env.KILL_AFTER)
const strike = (path) => {
  if (String(path).includes(process.env.KILL_PLACE) && --left === 0) process.kill(process.pid, 'SIGKILL')
}
const { renameSync, rmSync } = fs
fs.renameSync = (from, to) => { renameSync(from, to); strike(to) }
fs.rmSync = (path, options) => { const there = fs.existsSync(path); rmSync(path, options); if (there) strike(path) }
require('node:module').syncBuiltinESMExports()
`
const preload = join(folder, 'assassin.cjs')

interface Ended {
  readonly code: unknown
  readonly stderr: string
}

process.env.ROSETTE_CACHE = join(folder, 'cache')

function killed(args: readonly string[], { place, after }: { readonly place: string; readonly after: number }) {
  const killing = { NODE_OPTIONS: `--require ${preload}`, KILL_PLACE: place, KILL_AFTER: String(after) }
  return new Promise<Ended>((resolve) => {
    execFile(process.execPath, [cli, ...args], { env: { ...process.env, ...killing } }, (error, _, stderr) =>
      resolve({ code: error?.code ?? error?.signal ?? 0, stderr }),
    )
  })
}

async function done(args: readonly string[]): Promise<void> {
  const { code, stderr } = await commandHere(...args)
  expect(code, stderr).toBe(0)
}

let [data, run, other] = ['', '', '']
beforeAll(async () => {
  if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
  writeFileSync(preload, assassin)
  data = await tinyKaggle()
  run = tinyRun()
  other = tinyRun({ checkpoints: { best: tinyTensors(1) } })
})

/** Kills the command at every point of its swap; `found` tells what is read then. Returns what was found, in turn, and at last with no kill. */
async function killedEverywhere(
  place: string,
  args: readonly string[],
  { before, found }: { readonly before?: () => void; readonly found: () => unknown },
): Promise<unknown[]> {
  const all: unknown[] = []
  for (let after = 1; after < 20; after++) {
    before?.()
    const { code, stderr } = await killed(args, { place, after })
    if (code !== 'SIGKILL') expect(code, stderr).toBe(0)
    all.push(await found())
    if (code === 0) return all
  }
  throw new Error('the command was killed more often than it has points')
}

const namesIn = (path: string) => readdirSync(path).sort()
const leftIn = (path: string) => namesIn(path).filter((name) => /\.(tmp|old)$/.test(name))

// `synth` swaps its folder as `report` and `export` do, by the same code
describe.skipIf(process.platform === 'win32')('killed while it swaps, for whoever reads it then', () => {
  test('report, as compare reads it', async () => {
    const report = (model: string) => [
      ...['report', '--model', model, '--data', data, '--out', join(run, 'report'), '--overwrite'],
      ...['--projection', 'pca', '--explain', '0', '--pixels', '100'],
    ]
    const found = async () => {
      await done(['compare', run, other, '--out', join(folder, 'comparison.html'), '--overwrite'])
      return existsSync(join(run, 'report', 'report.html'))
    }
    await done(report(run))
    writeFileSync(join(run, 'config.json'), '{}')
    writeFileSync(join(other, 'config.json'), '{}')
    const all = await killedEverywhere(`${basename(run)}/`, report(run), { found })
    expect([all.length > 2, new Set(all)]).toEqual([true, new Set([true])])
    expect(leftIn(run)).toEqual([])
  })

  test('export', async () => {
    const out = join(folder, 'exports', 'model')
    const write = (model: string) => ['export', '--model', model, '--out', out, '--overwrite']
    const first = async () => {
      const { fingerprint, release } = await openModel(join(out, 'model.onnx'))
      const told = await fingerprint()
      await release()
      return told
    }
    await done(write(other))
    const [b] = [await first()]
    await done(write(run))
    const a = await first()
    expect(a).not.toBe(b)
    const found = async () => [a, b].indexOf(await first())
    const all = await killedEverywhere('exports/.model', write(other), { found })
    expect([all[0], all.at(-1)]).toEqual([0, 1])
    expect(namesIn(dirname(out))).toEqual(['model'])
  })

  test('gallery', async () => {
    const out = join(folder, 'galleries', 'known')
    const table = join(data, 'few.csv')
    const lines = readFileSync(join(data, 'train.csv'), 'utf8').split('\n')
    writeFileSync(table, lines.slice(0, 7).join('\n'))
    const few = ['--data', table, '--images', join(data, 'train', 'train')]
    const write = (...from: readonly string[]) => ['gallery', '--model', run, ...from, '--out', out, '--overwrite']
    await done(write(...few))
    const before = keep(out)
    const found = () => readGallery(out).photos.length
    const all = await killedEverywhere('galleries/', write('--data', data), { before, found })
    expect(all.slice(0, 2)).toEqual([6, 6])
    expect(all.at(-1)).toBe(12)
    expect(new Set(all)).toEqual(new Set([6, 12]))
  })

  test('embed, as the next embed finds it', async () => {
    const out = join(folder, 'embeddings', 'e.npy')
    const table = join(data, 'few.csv')
    const few = ['--data', table, '--images', join(data, 'train', 'train')]
    const write = (...from: readonly string[]) => ['embed', '--model', run, ...from, '--out', out, '--overwrite']
    const rows = () => {
      const csv = readFileSync(out.replace('.npy', '.csv'), 'utf8').trim().split('\n').length - 1
      const npy = /'shape': \((\d+), /.exec(readFileSync(out).toString('latin1', 0, 128))?.[1]
      return [csv, Number(npy)]
    }
    await done(write(...few))
    const found = () => {
      settlePair(out, out.replace('.npy', '.csv'))
      return rows()
    }
    const all = await killedEverywhere('embeddings/', write('--data', data), { before: keep(dirname(out)), found })
    const [old, now] = [
      [6, 6],
      [21, 21],
    ]
    expect(all).toEqual([old, now, now, now, now])
    expect(namesIn(dirname(out))).toEqual(['e.csv', 'e.npy'])
  })

  test('train: the old run is gone, and what is there is no mixture', async () => {
    const out = join(folder, 'runs', 'a')
    const small = ['model.backbone=convnext_micro', 'image.widthPx=32', 'image.heightPx=32', 'chunk=4', 'epochs=1']
    const write = (seed: string, ...more: readonly string[]) => [
      ...['train', '--data', data, '--out', out, '--preset', 'atto', '--batch', '4', '--threads', '1', '--seed', seed],
      ...[...small, ...more].flatMap((value) => ['--set', value]),
      '--overwrite',
    ]
    await done(write('1'))
    const again = keep(out)
    const best = () => sha256OfFile(join(out, 'checkpoints', 'best.safetensors'))
    const old = await best()
    for (const after of [1, 6, 14]) {
      again()
      const { code } = await killed(write('2', 'loss.marginRad=0.1'), { place: '/runs/a/', after })
      expect(code).toBe('SIGKILL')
      const told = await openModel(out).then(
        async ({ name, release }) => {
          await release()
          return name
        },
        (error: unknown) => error,
      )
      // a model that opens is wholly of the run that run.json tells of
      if (told instanceof Error) expect(told).toBeInstanceOf(InputError)
      else expect(new RunFolder(out).record().seed).toBe((await best()) === old ? 1 : 2)
    }
    await done(write('3'))
    expect(new RunFolder(out).record().seed).toBe(3)
    expect(leftIn(out)).toEqual([])
  })
})

/** Keeps a folder as it is; what it returns puts that back. */
function keep(path: string): () => void {
  const kept = join(folder, `kept-${basename(path)}`)
  cpSync(path, kept, { recursive: true })
  return () => {
    rmSync(path, { recursive: true, force: true })
    cpSync(kept, path, { recursive: true })
  }
}
