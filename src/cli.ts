#!/usr/bin/env node
import { commands, ignoresHangUp, outliveReaders, runProgram, tellUnwritten } from './cli/index.ts'

let unwritten: Error | undefined
outliveReaders((error) => {
  unwritten ??= error
})
if (ignoresHangUp()) process.on('SIGHUP', () => {})

process.exitCode = await runProgram(process.argv.slice(2), commands)
process.on('exit', (code) => {
  if (unwritten === undefined) return
  tellUnwritten(unwritten)
  if (code === 0) process.exitCode = 2
})
