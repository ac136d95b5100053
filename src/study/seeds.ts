import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { check, readSealedJson, writeSealedJson } from '../base/index.ts'
import { checkNewRun, isRunFolder, RunFolder } from '../run/index.ts'
import { type TrainCallOptions, train } from '../train/index.ts'
import { removeRuns } from './remove-runs.ts'
import { otherTraining } from './same-training.ts'
import { type SeedsSummary, summariseSeeds } from './seeds-summary.ts'

/** What is trained several times, and from which seeds. */
export interface TrainSeedsOptions extends Omit<TrainCallOptions, 'config' | 'split' | 'seed'> {
  /** Each becomes a run of its own, `seed-1` of seed 1; when resuming those that the study was begun with, unless given. */
  readonly seeds?: readonly number[] | undefined
  /** Called before each run, with its folder; `finished` where there is nothing left to do for it. */
  readonly onRun?: ((run: string, finished: boolean) => void) | undefined
}

/** The summary of all runs; or the run in which the study was stopped. */
export type SeedsOutcome =
  | { readonly finished: true; readonly summary: SeedsSummary; readonly runs: readonly string[] }
  | { readonly finished: false; readonly run: string; readonly step: number; readonly totalSteps: number }

const storyName = 'seeds.json'
const summaryName = 'summary.json'

const storySchema = z.strictObject({
  seeds: z.array(z.int().min(0)).min(2),
  preset: z.string().optional(),
  backbone: z.string().optional(),
  modelConfig: z.string().optional(),
  freeze: z.union([z.int().min(0), z.literal('all')]).optional(),
  set: z.array(z.string()).optional(),
})

/** What was asked for when the study began: a seed that is trained after an interruption gets the same. */
type Story = z.output<typeof storySchema>

/** True for a folder that `trainSeeds` wrote. */
export function isSeedsFolder(folder: string): boolean {
  return existsSync(join(folder, storyName))
}

/**
 * Trains the same once for each seed, each an ordinary run below `out` (`seed-1`, `seed-2`, …), and writes their mean and standard deviation to
 * `summary.json`. All runs set the photos aside that the first one does, so that their scores differ by the seed of weights, batches and
 * augmentation alone. When `signal` aborts, the run saves its state; `resume` goes on with it and with the seeds that are left.
 * @throws InputError as `train()`, for fewer than two seeds or one twice, for an `out` that is a run itself, and where a run in it is of something else.
 */
export async function trainSeeds(options: TrainSeedsOptions): Promise<SeedsOutcome> {
  const { out, resume = false, seeds: asked, onRun, ...given } = options
  check(!isRunFolder(out), `\`out\`: ${out} is a run itself`, 'name a folder for several runs')
  const unfinished = isSeedsFolder(out) && !existsSync(join(out, summaryName))
  check(
    resume || given.overwrite === true || !unfinished,
    `\`out\`: ${out} is a training of several seeds that has not finished`,
    'go on with it with `resume`, choose another name, or add `overwrite`',
  )
  const story = resume ? readStory(out, asked) : checkedStory(options)
  const runs = story.seeds.map((seed) => join(out, `seed-${seed}`))
  if (resume) checkAlike(story, runs)
  else if (given.overwrite === true) for (const run of runs) checkNewRun(run, true)
  else for (const run of [...runs, ...runsIn(out)]) checkNewRun(run, false)
  for (const [i, seed] of story.seeds.entries()) {
    const run = runs[i]!
    const begun = resume && isRunFolder(run)
    const done = begun && new RunFolder(run).metrics() !== undefined
    onRun?.(run, done)
    if (done) continue
    if (resume) rmSync(join(out, summaryName), { force: true }) // of a run that is to be trained again
    const split = i === 0 ? undefined : splitOf(runs[0]!)
    const { seeds: _, ...settings } = story
    // what was asked for is kept once there is a first run: refused settings leave nothing behind
    const outcome = begun
      ? await train({ ...given, out: run, resume: true })
      : await train({
          ...given,
          ...(resume ? readingOf(runs[0]!) : {}),
          ...settings,
          out: run,
          seed,
          split,
          onEvent: i === 0 ? keeping : given.onEvent,
        })
    if (!outcome.finished) return { finished: false, run, step: outcome.step, totalSteps: outcome.totalSteps }
  }
  checkAlike(story, runs)
  const summary = summariseSeeds(story.seeds, runs)
  writeSealedJson(join(out, summaryName), summary)
  return { finished: true, summary, runs }

  function keeping(event: Parameters<NonNullable<TrainCallOptions['onEvent']>>[0]): void {
    if (event.kind === 'start' && !resume) {
      removeReplaced(out, runs[0]!)
      writeSealedJson(join(out, storyName), story)
    }
    given.onEvent?.(event)
  }
}

const runNamePattern = /^seed-\d+$/

/** Those of a study before, of any seed: the new one would remove them. */
function runsIn(out: string): string[] {
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return readdirSync(out)
    .filter((name) => runNamePattern.test(name))
    .map((name) => join(out, name))
}

/** Of a study that another one replaces: its summary and its runs, which would else be taken for the new one's when that goes on after a stop. */
function removeReplaced(out: string, first: string): void {
  rmSync(join(out, summaryName), { force: true })
  removeRuns(out, runNamePattern, first)
}

/** @throws InputError where a run that lies there differs from the first in more than its seed: it is of other work, and no part of the spread. */
function checkAlike({ seeds }: Story, paths: readonly string[]): void {
  const there = paths.flatMap((path, i) => (isRunFolder(path) ? [{ run: new RunFolder(path), seed: seeds[i]! }] : []))
  const [first] = there
  for (const { run, seed } of there) {
    const other = differenceOf(run, seed, first!.run)
    const hint = 'remove its folder and `resume`, which trains it anew; or begin anew with `overwrite`'
    check(other === undefined, `${run.path}: was trained ${other}`, hint)
  }
}

function differenceOf(run: RunFolder, seed: number, first: RunFolder): string | undefined {
  const [own, other] = [run.record(), first.record()]
  if (own.seed !== undefined && own.seed !== seed) return `from the seed ${own.seed}, expected ${seed}`
  // a photo that cannot be read is left out by the run that meets it
  const skipped = (own.photos?.skipped ?? 0) + (other.photos?.skipped ?? 0)
  const isSplitAlike = own.splitHash === other.splitHash || skipped > 0
  return (
    otherTraining(run, first) ?? (isSplitAlike ? undefined : `on other photos, or sides of them, than ${first.path}`)
  )
}

function checkedStory({ seeds = [], preset, backbone, modelConfig, freeze, set }: TrainSeedsOptions): Story {
  check(seeds.length > 1, `\`seeds\`: expected two or more, got ${seeds.length}`)
  check(new Set(seeds).size === seeds.length, `\`seeds\`: expected each once, got ${seeds.join(', ')}`)
  return { seeds: [...seeds], preset, backbone, modelConfig, freeze, ...(set === undefined ? {} : { set: [...set] }) }
}

function readStory(out: string, asked: readonly number[] | undefined): Story {
  const path = join(out, storyName)
  check(existsSync(path), `\`resume\`: ${out} has no ${storyName}: no training of several seeds was begun there`)
  const hint = 'bring the file back as it was, or begin anew with `overwrite`'
  const story = readSealedJson(path, storySchema, { hint, mayLackSeal: true })
  const same = asked === undefined || asked.join() === story.seeds.join()
  check(same, `\`seeds\`: ${out} was begun with ${story.seeds.join(', ')}, got ${asked?.join(', ')}`)
  return story
}

/** The photos of each side, by name; undefined where the run set none aside. */
function splitOf(run: string): TrainCallOptions['split'] {
  const { train: learned, validation } = new RunFolder(run).data()
  return validation.length === 0 ? undefined : { train: learned, validation }
}

/** How the first run read its photos: the others read them alike. */
function readingOf(run: string) {
  return new RunFolder(run).record().reading ?? {}
}
