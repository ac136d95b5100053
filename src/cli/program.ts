import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { InputError, nearest, systemMessage, visible } from '../base/index.ts'
import { exitCodes, FailedCheck, Interrupted } from './exit.ts'
import { speakingFlags } from './flag-words.ts'
import { answerHabits } from './habits.ts'
import { helpStyle } from './help.ts'
import { tell } from './say.ts'

/**
 * Runs `rosette` with the arguments that follow its name and resolves to the exit code. The one place where errors end:
 * what the user can mend is printed without a stack, everything else with it. `ofProgram` tells of files of the program itself that a command
 * could not load.
 */
export async function runProgram(
  args: readonly string[],
  commands: readonly (() => Command)[],
  ofProgram: (error: unknown) => string | undefined = () => undefined,
): Promise<number> {
  const version = packageVersion()
  const program = new Command('rosette')
    .description('Recognise individual jaguars, and any animal with a coat pattern, from photographs.')
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .configureHelp(helpStyle)
    .configureOutput({ outputError: (text, write) => write(visible(text.replace(/^error: /, 'rosette: '))) })
    .addHelpText('after', '\n`rosette COMMAND --help` shows the options of a command, with examples.')
  for (const command of commands) program.addCommand(command().copyInheritedSettings(program))
  program.hook('preSubcommand', (_, command) => void answerHabits(command))
  return speakingFlags(program, async () => {
    try {
      await program.parseAsync(args, { from: 'user' })
      return exitCodes.ok
    } catch (error) {
      if (error instanceof CommanderError) return reportUsage(error, args, program)
      return reportError(error, version, ofProgram(error))
    }
  })
}

/** Commander has printed help, version or error. Where it says `--test` is missing, `--tset` may stand in its place: it looks for that later. */
function reportUsage(error: CommanderError, args: readonly string[], program: Command): number {
  if (error.exitCode === 0) return exitCodes.ok
  if (error.code === 'commander.missingMandatoryOptionValue') {
    const missing = /--[\w-]+/.exec(error.message)?.[0] ?? ''
    const known = new Set(
      program.commands.find((command) => command.name() === args[0])?.options.map(({ long }) => long),
    )
    const unknown = args.map((arg) => arg.split('=')[0]!).filter((arg) => arg.startsWith('--') && !known.has(arg))
    const typed = nearest(missing, unknown)
    if (typed !== undefined) tell(`(Did you mean ${missing} by ${typed}?)`)
  }
  return exitCodes.input
}

function reportError(error: unknown, version: string, ofProgram: string | undefined): number {
  if (error instanceof FailedCheck || error instanceof Interrupted) {
    if (error.message !== '') tell(`rosette: ${error.message}`)
    return error instanceof FailedCheck ? exitCodes.failedCheck : exitCodes.interrupted
  }
  const told = error instanceof InputError ? error.message : (systemMessage(error) ?? ofProgram)
  if (told !== undefined) {
    tell(`rosette: ${told}`)
    return exitCodes.input
  }
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error))
  tell(`rosette: this is a bug; please report it with the lines above and the command you ran`)
  tell(`rosette ${version}, Node ${process.version}, ${process.platform} ${process.arch}`)
  return exitCodes.bug
}

/** package.json lies two folders up both from src/cli and from dist/cli. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(text) as { readonly version: unknown }).version)
}
