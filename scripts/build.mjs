// Compiles src/ to dist/, bundles the command line with its libraries anew (Node takes 1 to 2 ms of processor time to load a file, and a command needs
// some 500 of them; the rooms' files stay for those who import rosette), bundles the browser's code (src/web) into one script and one style sheet that `report` puts into its
// page, cuts the letters of Europe out of DejaVu, unpacks the font for scripts that DejaVu lacks, and makes the command executable, so that `npx rosette` works from a clone after every rebuild.
// With --if-changed nothing is done where all that it reads is older than what it wrote. Types are not checked here: that is half of the
// compiler's time (17 s of processor time, 10 s without), and `npm run check` does it.
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'
import subsetFont from 'subset-font'
import { unpackWoff } from './woff.mjs'

const require = createRequire(import.meta.url)
const last = 'dist/fonts/UnifontEX-LICENSE' // written last, and dated back to the start
const began = new Date()
/** What runs in threads and processes of its own. */
const threads = [
  'local/sift-lane',
  'projection/projection-worker',
  'retrieval/product-lane',
  'runtime/child',
  'runtime/lane',
  'synth/painter',
  'train/worker',
]
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
if (process.argv.includes('--if-changed') && isUpToDate()) process.exit()
rmSync('dist', { recursive: true, force: true })
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck'], { stdio: 'inherit' })
const { metafile } = await build({
  entryPoints: [
    { in: 'src/cli.ts', out: 'cli' },
    // They look for these beside themselves, by URL; all files of the bundle lie one folder down, as those of the rooms do
    ...threads.map((path) => ({ in: `src/${path}.ts`, out: `program/${basename(path)}` })),
  ],
  outdir: 'dist',
  chunkNames: 'program/[name]-[hash]',
  bundle: true,
  splitting: true,
  metafile: true,
  external: ['@resvg/resvg-js', 'onnxruntime-node', 'sharp'], // they have libraries of the system
  banner: {
    js: `import { createRequire as requireFrom } from 'node:module'\nconst require = requireFrom(import.meta.url)`,
  }, // of libraries in CommonJS
  platform: 'node',
  format: 'esm',
  target: 'es2023',
  charset: 'utf8',
  logLevel: 'warning',
})
await build({
  entryPoints: [
    ...['index.ts', 'page.css'].map((name) => ({ in: `src/web/${name}`, out: 'page' })),
    ...['index.ts', 'deciding.css'].map((name) => ({ in: `src/web/deciding/${name}`, out: 'deciding' })),
  ],
  outdir: 'dist/web',
  tsconfig: 'src/web/tsconfig.json',
  bundle: true,
  format: 'esm',
  target: 'es2023',
  charset: 'utf8',
  logLevel: 'warning',
})
const unifont = dirname(require.resolve('@fontsource/unifontex/package.json'))
mkdirSync('dist/fonts')
const packed = readFileSync(join(unifont, 'files', 'unifontex-latin-400-normal.woff')) // the whole of it, not Latin alone
writeFileSync('dist/fonts/UnifontEX.ttf', unpackWoff(packed))
const dejaVu = dirname(require.resolve('dejavu-fonts-ttf/package.json'))
for (const name of ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'])
  writeFileSync(
    join('dist/fonts', name),
    await subsetFont(readFileSync(join(dejaVu, 'ttf', name)), lettersOfEurope(), { targetFormat: 'truetype' }),
  )
writeFileSync('dist/fonts/DejaVu-LICENSE', readFileSync(join(dejaVu, 'LICENSE')))
chmodSync('dist/cli.js', 0o755)
writeFileSync('dist/program/LICENSES', licencesOf(Object.keys(metafile.inputs)))
writeFileSync(last, readFileSync(join(unifont, 'LICENSE')))
utimesSync(last, began, began)

/** Latin, Greek and Cyrillic, punctuation, arrows, signs of mathematics, ✓ and ✗: what most pictures are written with. */
function lettersOfEurope() {
  const ranges = [
    [0x20, 0x24f],
    [0x370, 0x4ff],
    [0x2010, 0x2044],
    [0x2190, 0x22ff],
    [0x2713, 0x2717],
  ]
  const letters = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
  return String.fromCodePoint(...letters)
}

/** The libraries among the files of a bundle, each with its licence, which asks to stand wherever they do. */
function licencesOf(files) {
  const folders = files.map((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean)
  return [...new Set(folders)]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      const text = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
      const apache = license.includes('Apache-2.0') ? join('node_modules', 'typescript', 'LICENSE.txt') : undefined // protobuf comes without it
      const path = text === undefined ? apache : join(folder, text)
      return `${name} ${version}: ${license}\n\n${path === undefined ? '' : readFileSync(path, 'utf8')}`
    })
    .join(`\n${'-'.repeat(80)}\n`)
}

/** Folders count too: a file that is gone changes its folder. */
function isUpToDate() {
  if (!existsSync(last)) return false
  const read = [
    'src',
    'scripts',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'node_modules/.package-lock.json',
  ]
  const within = (path) => (statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [])
  const newest = (path) => Math.max(statSync(path).mtimeMs, ...within(path).map(newest))
  return Math.max(...read.filter(existsSync).map(newest)) < statSync(last).mtimeMs
}
