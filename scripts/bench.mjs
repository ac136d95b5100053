// Compiles the benchmark with the sources it measures to build/, and runs it: `npm run bench -- --models convnext_atto`.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
const run = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1
process.exitCode =
  run(tsc, '-p', 'tsconfig.bench.json') || run(join('build', 'bench', 'main.js'), ...process.argv.slice(2))
