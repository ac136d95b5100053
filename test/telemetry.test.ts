import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { brightnessSegmenter } from './locator-fixture.ts'
import { temporaryFolder, tinyKaggle, tinyPhoto, tinyRun } from './model-fixture.ts'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'dist', 'cli.js')
const folder = temporaryFolder()

/** Loaded before everything else, in threads and child processes too: writes down what the engine's library finds when it is loaded. */
const witness = `
const { appendFileSync } = require('node:fs')
const { dlopen } = process
process.dlopen = function (module, path, ...rest) {
  if (path.includes('onnxruntime')) {
    process.report.excludeNetwork = true
    const seen = process.report.getReport().environmentVariables.ORT_DISABLE_TELEMETRY
    appendFileSync(process.env.WITNESS, JSON.stringify(seen ?? 'on') + '\\n')
  }
  return dlopen.call(this, module, path, ...rest)
}
`

/** Linux's tracer of system calls, where it may be used: a container can forbid it. */
const tracer = ['strace', '-f', '--seccomp-bpf', '-qq', '-e', 'signal=none', '-e', 'trace=connect,sendto,openat,open']
const traces = spawnSync(tracer[0]!, [...tracer.slice(1), '-o', '/dev/null', 'true']).status === 0

interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
  /** The telemetry switch at each loading of the library. */
  readonly loads: readonly unknown[]
  /** Files that are in the home, cache and temporary folders afterwards. */
  readonly left: readonly string[]
  /** Connections, questions to a name server, and files written elsewhere than where the test has its own. */
  readonly calls: readonly string[]
}

/** What of a trace leads out of the machine, or leaves something outside of `own`. */
function strayCalls(trace: string, own: readonly string[]): string[] {
  const lines = existsSync(trace) ? readFileSync(trace, 'utf8').split('\n') : []
  return lines.filter((line) => {
    if (/ (connect|sendto)\(/.test(line)) return /AF_INET|sin6?_port/.test(line)
    const [, path = ''] = /"([^"]*)"/.exec(line) ?? []
    if (/^\/etc\/(resolv\.conf|hosts|nsswitch\.conf)$/.test(path)) return true
    const writes = /O_WRONLY|O_RDWR|O_CREAT/.test(line) && !/^\/(dev|proc)\//.test(path)
    return writes && path.startsWith('/') && !own.some((place) => path.startsWith(place))
  })
}

/** What is written to its standard input, the words after which it is interrupted, and whether its system calls are written down. */
interface Talk {
  readonly input?: string
  readonly endsWith?: string
  readonly traced?: boolean
}

let runs = 0

/** Runs Node where home, cache and temporary folders are new, and nobody has turned telemetry off. */
async function runFresh(args: readonly string[], { input = '', endsWith, traced = traces }: Talk = {}): Promise<Ended> {
  const place = join(folder, `run-${runs++}`)
  const [home, cache, temporary] = ['home', 'cache', 'tmp'].map((name) => join(place, name)) as [string, string, string]
  for (const path of [home, cache, temporary]) mkdirSync(path, { recursive: true })
  const log = join(place, 'loads')
  const preload = join(folder, 'witness.cjs')
  writeFileSync(preload, witness)
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env
  const fresh = { HOME: home, XDG_CACHE_HOME: cache, TMPDIR: temporary, ROSETTE_CACHE: join(folder, 'own-cache') }
  const options = { env: { ...env, ...fresh, NODE_OPTIONS: `--require ${preload}`, WITNESS: log } }
  const trace = join(place, 'trace')
  const command = [...(traced ? [...tracer, '-o', trace] : []), process.execPath, ...args]
  return new Promise((resolve) => {
    const child = execFile(command[0]!, command.slice(1), options, (error, stdout, stderr) => {
      const loads = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
      const left = [home, cache, temporary].flatMap((path) => readdirSync(path, { recursive: true, encoding: 'utf8' }))
      const code = error?.code ?? error?.signal ?? 0
      const calls = strayCalls(trace, [folder, data, run])
      resolve({ code, stdout, stderr, loads: loads.map((line): unknown => JSON.parse(line)), left, calls })
    })
    child.stdin!.end(input)
    child.stdout!.on('data', (text: string) => {
      // the tracer keeps signals to itself
      if (endsWith !== undefined && text.includes(endsWith)) process.kill(childOf(child.pid!), 'SIGINT')
    })
  })
}

/** The process that the tracer runs, where there is one. */
function childOf(pid: number): number {
  if (!traces) return pid
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
}

let [data, run] = ['', '']
beforeAll(async () => {
  if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
  data = await tinyKaggle()
  run = tinyRun()
})

const out = (name: string) => ['--out', join(folder, name)]
const photo = () => join(data, 'test', 'test', 'test_0001.png')
const small = ['model.backbone=convnext_micro', 'image.widthPx=32', 'image.heightPx=32', 'epochs=1', 'chunk=4']

describe('nothing is left behind and nobody is told', () => {
  /** In this order: later ones read what earlier ones wrote. */
  const withEngine: readonly (readonly [string, () => readonly string[]])[] = [
    [
      'train',
      () => [
        ...['--data', data, ...out('run'), '--preset', 'atto', '--batch', '4'],
        ...small.flatMap((value) => ['--set', value]),
      ],
    ],
    ['embed', () => ['--model', run, '--data', data, ...out('e.npy')]],
    ['evaluate', () => ['--model', run, '--data', data, ...out('metrics.json')]],
    ['report', () => ['--model', run, '--data', data, ...out('report')]],
    ['submit', () => ['--model', run, '--data', data, ...out('submission.csv')]],
    ['identify', () => ['--model', run, '--gallery', data, photo()]],
    ['export', () => ['--model', run, ...out('exported'), '--precision', 'int8']],
    ['identify', () => ['--model', join(folder, 'exported', 'model.onnx'), '--gallery', data, photo()]],
    ['gallery', () => ['--model', run, '--data', data, ...out('gallery')]],
    ['identify', () => ['--model', run, '--gallery', join(folder, 'gallery'), photo()]],
    [
      'demo',
      () => [
        ...out('demo'),
        ...['--identities', '2', '--photos', '2'],
        ...[...small, 'batchSize=4'].flatMap((value) => ['--set', value]),
      ],
    ],
    [
      'cv',
      () => [
        ...['--data', data, ...out('folds'), '--preset', 'atto', '--batch', '4', '--folds', '2'],
        ...small.flatMap((value) => ['--set', value]),
      ],
    ],
    ['tune', () => ['--model', run, '--data', data, ...out('postprocessing.json')]],
    ['calibrate', () => ['--model', run, '--data', data, ...out('calibration.json')]],
    ['cluster', () => ['--model', run, '--data', data, ...out('clusters.csv'), '--threshold', '0.9']],
    [
      'pseudo-label',
      () => [
        ...['--model', join(folder, 'folds'), '--data', data],
        ...['--unlabelled', join(data, 'test', 'test'), ...out('round-two.csv')],
      ],
    ],
    ['audit', () => ['--model', run, '--data', data, ...out('audit.json')]],
    ['locate', () => ['--model', brightnessSegmenter(), '--data', data, ...out('found')]],
    ['flanks', () => ['--data', data, ...out('flanks.csv')]],
    ['devices', () => []],
  ]
  test.each(withEngine)('rosette %s', async (name, args) => {
    const { code, stderr, loads, left, calls } = await runFresh([cli, name, ...args()])
    expect(code, stderr).toBe(0)
    expect(loads.length).toBeGreaterThan(0)
    expect(new Set(loads)).toEqual(new Set(['1']))
    expect([left, calls]).toEqual([[], []])
  })

  test('every command is here', async () => {
    const { stdout } = await runFresh([cli, '--help'])
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+) .*$/gm)].map(([, name]) => name!)
    const tried = [...withEngine, ...withoutEngine].map(([name]) => name)
    expect(commands).toContain('train')
    expect(commands.filter((name) => !tried.includes(name) && !['watch', 'help'].includes(name))).toEqual([])
  })

  test('rosette watch, which loads no engine and serves this machine only', async () => {
    const { code, stdout, loads, left, calls } = await runFresh([cli, 'watch', join(folder, 'run'), '--port', '0'], {
      endsWith: 'Ctrl-C ends',
    })
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+/)
    // Node reads where name servers are before it listens, and asks none
    expect([code, loads, left, calls.filter((call) => !call.includes('"/etc/'))]).toEqual([130, [], [], []])
  })

  test.each(['train', 'embed'])('a benchmark: %s', async (task) => {
    const bundle = join(root, 'build', `telemetry-${process.pid}`)
    await build({
      entryPoints: ['bench/ours', 'src/runtime/lane'].map((path) => ({
        in: join(root, `${path}.ts`),
        out: path.slice(path.lastIndexOf('/') + 1),
      })),
      outdir: bundle,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
    })
    const args = ['--task', task, '--model', 'convnext_zepto_rms', '--size', '32', '--batch', '2', '--warmup', '0']
    const { code, stdout, stderr, loads, left, calls } = await runFresh(
      [join(bundle, 'ours.js'), ...args, '--threads', '1'],
      { input: 'step\nquit\n' },
    ).finally(() => rmSync(bundle, { recursive: true }))
    expect(code, stderr).toBe(0)
    expect(stdout).toContain('"peer":"rosette"')
    expect(new Set(loads)).toEqual(new Set(['1']))
    expect([left, calls]).toEqual([[], []])
  })

  const withoutEngine: readonly (readonly [string, () => readonly string[]])[] = [
    ['synth', () => [...out('drawn'), '--identities', '2', '--photos', '2']],
    ['models', () => []],
    ['weights', () => ['list']],
    ['split', () => ['--data', data, ...out('split.csv'), '--kind', 'stratified']],
    ['ensemble', () => ['--model', run, '--model', join(folder, 'run'), ...out('both')]],
    ['compare', () => [join(folder, 'run'), join(folder, 'demo', 'run'), ...out('comparison.html')]],
    ['check-submission', () => [join(folder, 'submission.csv'), '--test', join(data, 'test.csv')]],
    ['--help', () => []],
  ]
  test.each(withoutEngine)('rosette %s, which loads no engine', async (name, args) => {
    const { code, stderr, loads, left, calls } = await runFresh([cli, name, ...args()])
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

test('identify takes a thousand photos as arguments, as many as the system lets through', async () => {
  const place = join(folder, 'new')
  mkdirSync(place)
  const queries = Array.from({ length: 1000 }, (_, i) => join(place, `camera-trap-${i}.png`))
  const picture = await tinyPhoto('Bento', 20)
  for (const path of queries) writeFileSync(path, picture)
  const table = join(folder, 'matches.csv')
  const args = ['identify', '--model', run, '--gallery', data, '--top', '1', '--csv', table, '--overwrite']
  const asked = async (photos: readonly string[]) => {
    const { code, stderr, loads } = await runFresh([cli, ...args, ...photos], { traced: false })
    expect(code, stderr).toBe(0)
    expect(readFileSync(table, 'utf8').trim().split('\n')).toHaveLength(1 + photos.length)
    expect(new Set(loads)).toEqual(new Set(['1']))
  }
  await asked(queries)
  // 1.2 MB, where Linux lets 2 MB of arguments and environment through: the engine once fell over 14 kB
  await asked(queries.slice(0, 300).map((path) => path.replace(`${place}/`, `${place}/${'./'.repeat(1950)}`)))
})
