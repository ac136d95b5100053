// Style and types, all at once: each part keeps one core busy, and the compiler takes as long as the others together.
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const inPackage = (name, ...path) => join(dirname(require.resolve(`${name}/package.json`)), ...path)
const tsc = inPackage('typescript', 'bin', 'tsc')
const parts = [
  [tsc, '--noEmit', '--pretty'],
  [tsc, '-p', 'src/web', '--pretty'],
  [inPackage('@biomejs/biome', 'bin', 'biome'), 'check', '.', '--colors=force'],
]
const ended = await Promise.all(
  parts.map(
    (args) =>
      new Promise((resolve) => {
        execFile(process.execPath, args, { maxBuffer: 1e8 }, (error, stdout, stderr) => {
          process.stdout.write(stdout)
          process.stderr.write(stderr)
          resolve(error === null)
        })
      }),
  ),
)
process.exitCode = ended.every(Boolean) ? 0 : 1
