#!/usr/bin/env node
import { existsSync } from 'node:fs'

process.on('uncaughtException', notLoaded)
const cli = await import('./cli/index.ts').catch(notLoaded)
process.off('uncaughtException', notLoaded)

let unwritten: Error | undefined
cli.outliveReaders((error) => {
  unwritten ??= error
})
if (cli.ignoresHangUp()) process.on('SIGHUP', () => {})

process.exitCode = await cli.runProgram(process.argv.slice(2), cli.commands, trouble)
process.on('exit', (code) => {
  if (unwritten === undefined) return
  cli.tellUnwritten(unwritten)
  if (code === 0) process.exitCode = 2
})

/** Where files of the program are missing, or the system lets so few be open that it cannot read them: nothing more is loaded for it. */
function notLoaded(error: unknown): never {
  const told = trouble(error)
  process.stderr.write(told === undefined ? `${error instanceof Error ? error.stack : error}\n` : `rosette: ${told}\n`)
  process.exit(told === undefined ? 70 : 2)
}

/** What a command says too, where what it needs is loaded for it. */
function trouble(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const few = `too many files are open to read the program (EMFILE)\nhint: raise the limit: \`ulimit -n 4096\``
  if (error.code === 'EMFILE' || error.code === 'ENFILE') return few
  if (error.code !== 'ERR_MODULE_NOT_FOUND') return undefined
  const [, library] = /'(.+node_modules[\\/](?:@[^\\/']+[\\/])?[^\\/']+)/.exec(error.message) ?? []
  // Node takes a library for missing where it may not open its package.json
  if (library !== undefined && existsSync(library)) return few
  return `a part of the program is missing: ${error.message}\nhint: install it again with \`npm ci\``
}
