import { execFile, execFileSync, type StdioOptions, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../src/cli/index.ts'
import { allowedImports } from './architecture.ts'

const root = join(import.meta.dirname, '..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string
  readonly scripts: Readonly<Record<string, string>>
  readonly allowScripts: Readonly<Record<string, boolean>>
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>
}
const rooms = Object.keys(manifest.exports).filter((key) => key !== './package.json')
const folder = mkdtempSync(join(tmpdir(), 'rosette-package-'))

beforeAll(() => {
  if (!existsSync(join(root, 'dist', 'cli.js'))) throw new Error('dist is not built: npm run build')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('what is packed', () => {
  let files: readonly string[] = []
  beforeAll(() => {
    // Without scripts: `prepare` would build anew, under the feet of other tests.
    const [packed] = JSON.parse(npm('pack', '--dry-run', '--json', '--ignore-scripts')) as [
      { readonly files: readonly { readonly path: string }[] },
    ]
    files = packed.files.map(({ path }) => path)
  })

  test('holds the program, presets, words and examples', () => {
    const expected = [
      'package.json',
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'dist/cli.js',
      'dist/train/worker.js',
      'dist/program/worker.js',
      'dist/program/LICENSES',
      'dist/web/page.js',
      'dist/web/deciding.js',
    ]
    expect(files).toEqual(expect.arrayContaining([...expected, 'presets/resnet50-imagenet.model.json']))
    for (const path of linked(readFileSync(join(root, 'README.md'), 'utf8'))) expect(files).toContain(path)
  })

  test.each([
    ['coat descriptor', 'presets/coat-descriptor.safetensors', 2e6],
    ['network of facing', 'presets/facing.safetensors', 1e6],
    ['weights of a miniature', 'presets/convnext_mini.drawn_jaguars.safetensors', 2.5e6],
  ])('holds the %s, %s, in %i bytes', (_, weights, most) => {
    expect(files).toContain(weights)
    expect(statSync(join(root, weights)).size).toBeLessThanOrEqual(most)
  })

  test('holds nothing else: no tests, no sources, no data', () => {
    const other = files.filter(
      (path) =>
        !/^(package\.json|ARCHITECTURE\.md|README\.md|CHANGELOG\.md|LICENSE|dist\/.*\.(js|d\.ts)|dist\/web\/(page|deciding)\.css|dist\/fonts\/(DejaVuSans(-Bold)?\.ttf|UnifontEX\.ttf|(DejaVu|UnifontEX)-LICENSE)|dist\/program\/LICENSES|presets\/(.*\.json|(coat-descriptor|facing|convnext_mini\.drawn_jaguars)\.safetensors)|docs\/.*|examples\/.*\.mjs)$/.test(
          path,
        ),
    )
    expect(other).toEqual([])
    expect(files.filter((path) => /\.test\.|shared\//.test(path))).toEqual([])
  })
})

describe('the entry points', () => {
  test('are the rooms that there are, without the programs', () => {
    const programs = ['cli', 'app', 'web']
    const built = Object.keys(allowedImports).filter((room) => existsSync(join(root, 'dist', room, 'index.js')))
    expect(rooms.map((key) => key.slice(2)).sort()).toEqual(built.filter((room) => !programs.includes(room)).sort())
  })

  let loaded: Readonly<Record<string, number>> = {}
  beforeAll(() => {
    // One process for all: what is loaded before makes no difference, since no files import each other in a circle (architecture.test.ts).
    const names = rooms.map((key) => `rosette/${key.slice(2)}`)
    loaded = JSON.parse(
      evaluated(`const sizes = {}
        for (const name of ${JSON.stringify(names)}) sizes[name] = Object.keys(await import(name)).length
        console.log(JSON.stringify(sizes))`),
    ) as Record<string, number>
  })

  test.each(rooms)('%s: code and types are built, and it loads', (key) => {
    const entry = manifest.exports[key] as { readonly types: string; readonly default: string }
    expect(Object.keys(entry)).toEqual(['types', 'default']) // conditions count in their order
    for (const path of Object.values(entry)) expect(existsSync(join(root, path)), path).toBe(true)
    expect(loaded[`rosette/${key.slice(2)}`]).toBeGreaterThan(0)
  })

  test('have types that a strict project can use', async () => {
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(root, join(folder, 'node_modules', 'rosette'), 'junction')
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const lines = [
      ...rooms.map((key, i) => `import * as room${i} from 'rosette/${key.slice(2)}'`),
      `import { gradient } from 'rosette/autodiff'`,
      `import { input, reduceSum, type Value } from 'rosette/graph'`,
      `const values: Value[] = gradient(reduceSum(input('x', [2])), [])`,
      '// @ts-expect-error: a number is no value',
      'gradient(3, values)',
      `export const all = [${rooms.map((_, i) => `room${i}`).join(', ')}]`,
    ]
    writeFileSync(join(folder, 'use.ts'), `${lines.join('\n')}\n`)
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2023 --types node'.split(' ')
    const types = ['--typeRoots', join(root, 'node_modules', '@types')]
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...options, ...types, 'use.ts'], {
      cwd: folder,
    }).catch((error: { stdout: string }) => error)
    expect(stdout).toBe('')
  })
})

describe('the command', () => {
  const cli = join(root, 'dist', 'cli.js')

  test('has the package’s version, and may be executed', () => {
    expect(execFileSync(process.execPath, [cli, '--version'], { encoding: 'utf8' }).trim()).toBe(manifest.version)
    if (process.platform !== 'win32') expect(statSync(cli).mode & 0o111).toBe(0o111)
  })

  test('has beside its bundle what it starts in threads and processes', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    const started = sources
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('web'))
      .flatMap((path) => [...readFileSync(join(root, 'src', path), 'utf8').matchAll(/'\.\/([\w-]+\.js)'/g)])
      .map(([, file]) => file!)
    expect(started).toContain('lane.js')
    expect(new Set(started).size).toBe(started.length) // the bundle is one folder
    for (const file of started) expect(existsSync(join(root, 'dist', 'program', file)), file).toBe(true)
  })

  let helps: Readonly<Record<string, string>> = {}
  beforeAll(() => {
    const built = JSON.stringify(pathToFileURL(join(root, 'dist', 'cli', 'index.js')).href)
    const printed = evaluated(`const { commands, runProgram } = await import(${built})
      for (const name of commands.map((command) => command().name())) {
        process.stdout.write('\\0' + name + '\\0')
        await runProgram([name, '--help'], commands)
      }`).split('\0')
    helps = Object.fromEntries(commands.map((_, i) => [printed[2 * i + 1], printed[2 * i + 2]]))
  })

  test.each(commands.map((command) => command().name()))('%s --help tells how to use it', (name) => {
    const help = helps[name]
    expect(help).toContain(`Usage: rosette ${name} `)
    expect(help).toMatch(/\nExamples?:\n {2}rosette /)
    const { options } = commands.map((make) => make()).find((command) => command.name() === name)!
    for (const { long, hidden } of options) if (!hidden) expect(help).toContain(long)
  })
})

describe('the repository', () => {
  test('names no machine, and no server but those that its readers need', () => {
    const binary = ['.png', '.jpg', '.npy', '.pth', '.safetensors']
    const texts = trackedFiles().filter((path) => !binary.includes(extname(path)))
    expect(texts).toContain('package.json')
    const nobody = ['127.0.0.1', 'hub.invalid'] // of tests: the loopback, and a name that no host can have
    const namespace = 'www.w3.org' // of SVG
    const allowed = ['biomejs.dev', 'huggingface.co', 'nodejs.org', namespace, ...nobody]
    const found = texts.filter((path) => path !== 'package-lock.json').flatMap((path) => leaks(path, allowed))
    expect(found).toEqual([])
  })

  test('has a lock file that any registry can serve', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
    expect(lock).not.toMatch(/"resolved"|registry/)
    expect(lock).toMatch(/"integrity": "sha512-/)
    expect((JSON.parse(lock) as { version: string }).version).toBe(manifest.version)
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).not.toMatch(/registry/)
  })

  test('configures npm with names that npm knows: others are warned of, and will be refused', () => {
    const { status, stderr } = npmAlone('config', 'list')
    expect([status, stderr]).toEqual([0, ''])
  })

  test('downloads no CUDA: npm tells ONNX Runtime’s install script to skip it, unless somebody asks for it', () => {
    const script = 'node -p process.env.ONNXRUNTIME_NODE_INSTALL'
    expect(npmAlone('exec', '--call', script).stdout.trim()).toBe('skip')
    const asked = npmAlone({ ONNXRUNTIME_NODE_INSTALL: 'cuda12' }, 'exec', '--call', script)
    expect(asked.stdout.trim()).toBe('cuda12')
    expect(manifest.allowScripts).toMatchObject({ 'onnxruntime-node': false })
    // so that `npm ci` builds
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).not.toContain('ignore-scripts')
    expect(manifest.scripts.prepare).toBe('npm run build')
  })

  test('has the current version in its changelog', () => {
    expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toContain(`\n## ${manifest.version}\n`)
  })
})

/** What a module with this code prints, of the package as it is built. */
function evaluated(code: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root, encoding: 'utf8' })
}

/** The files of the repository that a page links to or shows. */
function linked(markdown: string): string[] {
  return [...markdown.matchAll(/\]\(([^)#]+)/g)].map(([, target]) => target!).filter((target) => !target.includes(':'))
}

/** Lines with a path of somebody's machine, or an address of a host that is not `allowed`. */
function leaks(path: string, allowed: readonly string[]): string[] {
  const machine = new RegExp(String.raw`(^|[\s"'\`=(:])/(root|work|mnt|home/\w+|Users/\w+)/|[A-Z]:\\Users`)
  return readFileSync(join(root, path), 'utf8')
    .split('\n')
    .flatMap((line, i) => {
      const hosts = [...line.matchAll(/\bhttps?:\/\/([\w.-]+(?::\d+)?)/g)].map(([, host]) => host!)
      const bad = machine.test(line) || hosts.some((host) => !allowed.includes(host))
      return bad ? [`${path}:${i + 1}: ${line.trim()}`] : []
    })
}

/** What git would commit. */
function trackedFiles(): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const names = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).split('\0')
  return names.filter((name) => name !== '' && existsSync(join(root, name)))
}

/** npm without the settings of this machine's user and shell, so that only the project's own count. */
function npmAlone(...args: readonly [Record<string, string> | string, ...string[]]) {
  const [first, ...rest] = args
  const [extra, words] = typeof first === 'string' ? [{}, [first, ...rest]] : [first, rest]
  const foreign = /^(npm_|node_options$|onnxruntime_node_install$)/i
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
  const [user, global] = ['user.npmrc', 'global.npmrc'].map((name) => join(folder, name)) // neither is there
  const env = { ...own, npm_config_userconfig: user, npm_config_globalconfig: global, ...extra }
  const { npm_execpath: script } = process.env
  const options = { cwd: root, encoding: 'utf8', env } as const
  return script === undefined
    ? spawnSync('npm', words, { ...options, shell: process.platform === 'win32' })
    : spawnSync(process.execPath, [script, ...words], options)
}

/** npm as it runs us, or as the shell finds it. */
function npm(...args: readonly string[]): string {
  const { npm_execpath: script } = process.env
  const ignoringErrors: StdioOptions = ['ignore', 'pipe', 'ignore']
  const options = { cwd: root, encoding: 'utf8', stdio: ignoringErrors } as const
  return script === undefined
    ? execFileSync('npm', args, { ...options, shell: process.platform === 'win32' })
    : execFileSync(process.execPath, [script, ...args], options)
}
