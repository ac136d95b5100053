/** The command line: one file a command. The order here is that of `rosette --help`. */
import type { Command } from 'commander'
import { checkSubmissionCommand } from './check-submission.ts'
import { trainCommand } from './train.ts'

export const commands: readonly (() => Command)[] = [trainCommand, checkSubmissionCommand]
export { runProgram } from './program.ts'
