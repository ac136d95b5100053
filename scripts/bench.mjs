// Compiles the benchmarks with the sources they measure to build/, and runs one: `npm run bench -- --models convnext_atto`.
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
const [name = 'main', ...rest] = process.argv.slice(2)
const run = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
mkdirSync('build', { recursive: true })
copyFileSync('package.json', join('build', 'package.json')) // the compiled sources read their version there
cpSync('presets', join('build', 'presets'), { recursive: true }) // and the weights that come with rosette
process.exitCode = run(tsc, '-p', 'tsconfig.bench.json') || run(join('build', 'bench', `${name}.js`), ...rest)
