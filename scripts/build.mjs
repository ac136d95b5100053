// Compiles src/ to dist/, bundles the browser's code (src/web) into one script and one style sheet that `report` puts into its
// page, and makes the command executable, so that `npx rosette` works from a clone after every rebuild.
import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

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
chmodSync('dist/cli.js', 0o755)
