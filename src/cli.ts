#!/usr/bin/env node
import { commands, runProgram } from './cli/index.ts'

// `rosette … | head` closes the pipe early: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await runProgram(process.argv.slice(2), commands)
