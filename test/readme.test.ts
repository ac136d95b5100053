import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../src/cli/index.ts'
import { add, constant, input, matmul, reduceMean } from '../src/graph/index.ts'
import { encodeModel, toOnnx } from '../src/onnx/index.ts'
import { float32 } from '../src/tensor/index.ts'
import { commandHere } from './command-here.ts'
import { commandLines, quick } from './doc-commands.ts'
import { freshRunner } from './fresh-process.ts'
import { tinyKaggle, tinyPhoto } from './model-fixture.ts'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'dist', 'cli.js')
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8')
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
const pages = ['README.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name}`)]

const readme = commandLines(read('README.md'))
const calls = readme.filter((line) => line.startsWith('npx rosette ')).map((line) => line.split(/\s+/).slice(2))

/** The commands that run no network, and load no engine. `audit` asks one where it is given. */
const withoutEngine =
  /^(synth\b|models\b|weights\b|split\b|ensemble\b|compare\b|check-submission\b|audit (?!.*--model )|export .*timm$)/

describe('the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-readme-'))
  const runFresh = freshRunner(folder)
  beforeAll(async () => {
    if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
    await prepare(folder)
    process.env.ROSETTE_CACHE = join(folder, 'own-cache')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('has nothing in its blocks but commands that are run here and by .ci/run', () => {
    const others = readme.filter((line) => !line.startsWith('npx rosette '))
    expect(others).toEqual(['npm ci && npm run demo', 'npm ci && npm test'])
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    expect(scripts.demo).toContain('dist/cli.js demo')
    expect(scripts.test).toContain('vitest run')
    expect(scripts.prepare).toBe('npm run build')
    const ci = read('.ci', 'run')
    for (const command of [/^npm ci\b/m, /^npm run demo$/m, /^npm test\b/m]) expect(ci).toMatch(command)
  })

  test('shows every command, `demo` as npm run demo', () => {
    const shown = new Set([...calls.map(([name]) => name), 'demo'])
    expect([...shown].sort()).toEqual(commands.map((command) => command().name()).sort())
    expect(calls.flat().join(' ')).not.toMatch(/['"$*`]/) // no shell is needed to read them
  })

  // Each command once in a process of its own: nobody is told, by connection, name server or ONNX Runtime's telemetry
  test.each(
    calls.map((args, i) => [args.join(' '), args, calls.findIndex(([name]) => name === args[0]) === i] as const),
  )(
    'rosette %s',
    async (_, args, isFirst) => {
      if (args[0] === 'watch') return expectWatching(folder, args)
      const all = [...(args.includes('--locate') ? fewer(args) : args), ...quickFor(args)]
      if (isFirst) {
        const ended = await runFresh([cli, ...all], { cwd: folder })
        expect(ended.code, ended.stderr).toBe(0)
        expect(new Set(ended.loads)).toEqual(new Set(withoutEngine.test(args.join(' ')) ? [] : ['1'])) // telemetry is off
        expect([ended.left, ended.calls]).toEqual([[], []])
      } else {
        const { code, stderr } = await inFolder(folder, () => commandHere(...all))
        expect(code, stderr).toBe(0)
      }
      for (const flag of ['--out', '--csv']) {
        const written = args[args.indexOf(flag) + 1]!
        if (args.includes(flag)) expect(existsSync(join(folder, written)), written).toBe(true)
      }
    },
    60_000,
  )

  test('and they did what it says', () => {
    const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>
    expect(json('metrics.json')).toMatchObject({ split: 'validation', identities: 3 })
    expect(json('by-sighting.json')).toMatchObject({ split: 'all', excludeSame: 'encounter', photos: 21 })
    expect(json('resnet50.json')).toMatchObject({ tta: 'none', model: 'resnet50-imagenet.onnx' })
    expect(json('runs/cosface/config.json')).toMatchObject({ loss: { kind: 'cosface' } })
    const matches = readFileSync(join(folder, 'matches.csv'), 'utf8').trim().split('\n')
    expect(matches).toHaveLength(1 + 3 * 3)
    expect(json('survey.json')).toMatchObject({ gallery: 'photos', queries: 3, identities: 3 })
    expect(json('known-jaguars/gallery.json')).toMatchObject({ format: 'rosette-gallery' })
    expect(readFileSync(join(folder, 'photos.csv'), 'utf8')).toContain('Abril/')
  })
})

describe('the pages', () => {
  test.each(pages)('%s: links lead somewhere', (page) => {
    const text = read(page)
    const broken = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([link, path, anchor]) => {
      const target = path === '' ? page : join(dirname(page), path!)
      if (!existsSync(join(root, target))) return [link]
      return anchor === undefined || anchorsOf(read(target)).includes(anchor) ? [] : [link]
    })
    expect(broken).toEqual([])
  })

  test.each(pages)('%s: files that it names are there', (page) => {
    const named = [...read(page).matchAll(/`((?:[\w-]+\/)+[\w.-]+\.(?:ts|mjs|json|md))`/g)].map(([, path]) => path!)
    const ours = named.filter((path) => /^(src|test|docs|examples|scripts|presets|bench)\//.test(path))
    const short = named.filter((path) => path.endsWith('.ts') && !ours.includes(path)) // as `graph/shapes.ts`
    const absent = [...ours, ...short.map((path) => `src/${path}`)].filter((path) => !existsSync(join(root, path)))
    expect(absent).toEqual([])
  })

  test.each(pages)('%s: its commands have the options that it uses', (page) => {
    const known = new Map(commands.map((make) => [make().name(), make().options.map(({ long }) => long)]))
    for (const line of commandLines(read(page))) {
      const [, name, rest] = /(?:npx rosette|\$rosette|dist\/cli\.js) ([a-z][\w-]*)(.*)/.exec(line) ?? []
      if (name === undefined) continue
      expect(known.has(name), line).toBe(true)
      for (const flag of rest!.match(/--[\w-]+/g) ?? []) expect(known.get(name), line).toContain(flag)
    }
  })

  test.each(['config-tables', 'model-tables'])('what %s writes is what the code has', async (script) => {
    const { code, output } = await node(root, [join('scripts', `${script}.mjs`), '--check'])
    expect(code, output).toBe(0)
  })

  test('docs/api.md has the examples as they are, and every entry point', () => {
    const api = read('docs', 'api.md')
    for (const name of readdirSync(join(root, 'examples'))) expect(api).toContain(read('examples', name))
    const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> }
    const rooms = Object.keys(exports).filter((key) => key !== './package.json')
    for (const room of rooms) expect(api).toContain(`| \`rosette/${room.slice(2)}\` |`)
  })
})

/**
 * What makes a training quick. The run that is exported for timm, and the one that freezes ten layers, need a network of timm's that has so many.
 */
function quickFor(args: readonly string[]): readonly string[] {
  if (!['train', 'cv'].includes(args[0]!) || args.includes('--resume')) return []
  const needsTimm = args.includes('--freeze') || args.includes('runs/jaguars')
  return [...quick.map((word) => (needsTimm ? word.replace('convnext_micro', 'convnext_zepto_rms') : word))]
}

/** Does something where paths begin in this folder. */
async function inFolder<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const before = process.cwd()
  process.chdir(folder)
  try {
    return await act()
  } finally {
    process.chdir(before)
  }
}

/** Finding animals, and the places of their coats, takes a second a photo: six known photos show that the line works. */
function fewer(args: readonly string[]): readonly string[] {
  return args.map((word) => (word === 'photos' ? 'few-photos' : word))
}

/** Everything that the README's commands name: 21 photos of three individuals, as folders, as a table and as Kaggle has them. */
async function prepare(folder: string): Promise<void> {
  const kaggle = await tinyKaggle()
  cpSync(kaggle, join(folder, 'jaguars'), { recursive: true })
  rmSync(kaggle, { recursive: true })
  const rows = ['path,animal,sighting']
  for (const identity of ['Abril', 'Bento', 'Caiman']) {
    for (const part of [join('photos', identity), 'camera-photos']) mkdirSync(join(folder, part), { recursive: true })
    for (let photo = 0; photo < 7; photo++) {
      const [name, bytes] = [`${identity}-${photo}.png`, await tinyPhoto(identity, photo)]
      for (const part of [join('photos', identity), 'camera-photos']) writeFileSync(join(folder, part, name), bytes)
      rows.push(`${name},${identity},s${Math.floor(photo / 2)}`)
    }
    for (const name of [`${identity}-0.png`, `${identity}-2.png`])
      cpSync(join(folder, 'photos', identity, name), join(folder, 'few-photos', identity, name))
  }
  writeFileSync(join(folder, 'sightings.csv'), `${rows.join('\n')}\n`)
  const survey = ['filename,identity']
  for (const part of ['survey-photos', 'new-photos']) mkdirSync(join(folder, part))
  for (const [i, identity] of ['Abril', 'Bento', 'Caiman'].entries()) {
    const bytes = await tinyPhoto(identity, 30 + i)
    for (const part of ['survey-photos', 'new-photos']) writeFileSync(join(folder, part, `${i}.png`), bytes)
    survey.push(`${i}.png,${identity}`)
  }
  writeFileSync(join(folder, 'survey.csv'), `${survey.join('\n')}\n`)
  writeFileSync(join(folder, 'trap_0815.jpg'), await tinyPhoto('Bento', 20))
  writeFileSync(join(folder, 'trap_0816.jpg'), await tinyPhoto('Caiman', 21))
  cpSync(join(root, 'presets'), join(folder, 'presets'), { recursive: true })
  writeFileSync(join(folder, 'resnet50-imagenet.onnx'), standInForResNet())
  writeFileSync(join(folder, 'isnet.onnx'), standInForIsNet())
}

/** A network with the ports of the preset isnet: brightness is the animal. */
function standInForIsNet(): Uint8Array {
  const pixels = input('image', [1, 3, 1024, 1024])
  const mask = add(reduceMean(pixels, { axes: [1], keepDims: true }), 0.5) // [1, 1, 1024, 1024]
  return encodeModel(toOnnx({ outputs: { mask } }), '').model
}

/** A network with the ports of presets/resnet50-imagenet.model.json: the mean colour times a matrix. */
function standInForResNet(): Uint8Array {
  const pixels = input('pixel_values', ['N', 3, 224, 224])
  const matrix = constant(
    float32(
      [3, 2048],
      Array.from({ length: 3 * 2048 }, (_, i) => Math.sin(i)),
    ),
  )
  const embedding = matmul(reduceMean(pixels, { axes: [2, 3] }), matrix) // [N, 2048]
  return encodeModel(toOnnx({ outputs: { embedding } }), '').model
}

/** It serves until it is stopped, on a port that is free here. */
async function expectWatching(cwd: string, args: readonly string[]): Promise<void> {
  const child = execFile(process.execPath, [cli, ...args, '--port', '0'], { cwd })
  const served = await new Promise<string>((resolve) => {
    child.stdout!.once('data', (chunk) => resolve(String(chunk)))
    child.once('exit', () => resolve(''))
  })
  const url = /^\S+:\d+\//.exec(served)?.[0] ?? ''
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    expect(await (await fetch(url)).text()).toMatch(/epoch 1, step \d+ of about \d+, loss/)
  } finally {
    child.kill('SIGINT')
  }
  expect(await ended).toBe(130)
}

function node(cwd: string, args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const env = { ...process.env, ROSETTE_CACHE: join(cwd, 'cache') }
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, output: `${stdout}${stderr}` })
    })
  })
}

/** As GitHub makes them of headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
