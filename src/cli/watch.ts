import { Command } from 'commander'
import { fromZero } from './numbers.ts'
import { curvesOf, lengthOf } from './run-story.ts'
import { say } from './say.ts'
import { interruptible } from './work.ts'

const example = `
Examples:
  rosette watch runs/jaguars
  rosette watch ../cluster/runs/jaguars --port 8080

The page is for this machine alone and is served until Ctrl-C. It follows the
run's log and is drawn anew every three seconds. To watch a run on another
machine, name its folder on a shared disk.`

/** `rosette watch`: a run's curves in a browser while it trains. */
export function watchCommand(): Command {
  return new Command('watch')
    .summary('watch a run in a browser while it trains')
    .description('Show a run in a browser while it trains: loss, learning rate, validations, and the time left.')
    .argument('<RUN>', 'a run folder')
    .option('--port <P>', 'the port to serve on; 0 takes any that is free', fromZero(65_535), 7878)
    .addHelpText('after', example)
    .action(watchAction)
}

async function watchAction(run: string, { port }: { readonly port: number }): Promise<void> {
  const { RunFolder } = await import('../run/index.ts')
  new RunFolder(run) // says so where it is none
  const { serveCurves } = await import('../report/index.ts')
  const server = await serveCurves({
    title: run,
    read: () => curvesOf(run, () => {}),
    length: await lengthOf(run),
    port,
  })
  const ended = (signal: AbortSignal) => {
    say(`${server.url}: ${run} (Ctrl-C ends)`) // now it does
    return new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  try {
    await interruptible(ended, 'stopped watching; the run goes on')
  } finally {
    await server.close()
  }
}
