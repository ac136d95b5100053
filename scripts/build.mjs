// Compiles src/ to dist/, bundles the browser's code (src/web) into one script and one style sheet that `report` puts into its
// page, unpacks the font for scripts that DejaVu lacks, and makes the command executable, so that `npx rosette` works from a clone after every rebuild.
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { unpackWoff } from './woff.mjs'

const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
rmSync('dist', { recursive: true, force: true })
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
await build({
  entryPoints: ['index.ts', 'page.css'].map((name) => ({ in: `src/web/${name}`, out: 'page' })),
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
copyFileSync(join(unifont, 'LICENSE'), 'dist/fonts/UnifontEX-LICENSE')
chmodSync('dist/cli.js', 0o755)
