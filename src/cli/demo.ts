import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { checkOutput, counted, formatDuration, formatTable, makeFolder, writeSealedJson } from '../base/index.ts'
import type { Manifest } from '../data/index.ts'
import type { EvaluationReport } from '../identify/index.ts'
import { metricLabel } from '../retrieval/index.ts'
import type { Device } from '../runtime/index.ts'
import { FailedCheck } from './exit.ts'
import { aboveZero, notNegative } from './numbers.ts'
import { collect, deviceOption, type ModelFlags } from './options.ts'
import { progress } from './progress.ts'
import { withStages } from './report.ts'
import { runStory } from './run-story.ts'
import { say } from './say.ts'
import { intervalText } from './score-table.ts'
import { TrainView } from './train-view.ts'
import { deviceFor, interruptible } from './work.ts'

const example = `
Examples:
  rosette demo
  rosette demo --identities 6 --photos 10 --set epochs=4 --out runs/short

Draws 24 jaguars and trains a small network on 40 photos of each. It begins with
weights that come with rosette and that learned other drawn jaguars, or with
random numbers by \`--set weights=null\`. Measures it untrained, pretrained and
trained, on photos of the same animals from other encounters. Writes a report to
explore in a browser, and a submission. Takes two to three minutes on two
processor cores. With fewer jaguars and photos it takes less time, and scores
are worse.`

/** `rosette demo`: the whole of rosette on jaguars that it draws itself. */
export function demoCommand(): Command {
  return new Command('demo')
    .summary('draw jaguars, train on them, measure, report, submit')
    .description('Try all of rosette on jaguars that it draws itself: train, measure, report, submit.')
    .option('--out <DIR>', 'the folder to write', join('runs', 'demo'))
    .option('--overwrite', 'replace what an earlier demo wrote there')
    .addOption(new Option('--identities <N>', 'how many jaguars to draw').argParser(aboveZero).default(undefined, '24'))
    .addOption(new Option('--photos <M>', 'training photos of each').argParser(aboveZero).default(undefined, '40'))
    .addOption(
      new Option('--seed <S>', 'another seed draws other jaguars').argParser(notNegative).default(undefined, '0'),
    )
    .option('--set <path=value>', 'change a setting of the training; may be repeated', collect)
    .addOption(deviceOption())
    .addHelpText('after', example)
    .action(demoAction)
}

interface DemoFlags extends Pick<ModelFlags, 'device'> {
  readonly out: string
  readonly overwrite?: boolean
  readonly identities?: number | undefined
  readonly photos?: number | undefined
  /** Of the jaguars, and of everything random in the training. */
  readonly seed?: number | undefined
  readonly set?: readonly string[]
}

async function demoAction({
  out,
  overwrite = false,
  identities,
  photos,
  seed,
  set = [],
  ...flags
}: DemoFlags): Promise<void> {
  const began = performance.now()
  const [data, run] = [join(out, 'data'), join(out, 'run')]
  const [untrained, pretrained] = [join(out, 'untrained'), join(out, 'pretrained')]
  const [metrics, submission] = [join(out, 'metrics.json'), join(out, 'submission.csv')]
  checkOutput(out, { overwrite: true, kind: 'folder' })
  for (const path of [data, run, untrained, pretrained]) checkOutput(path, { overwrite, kind: 'folder' })
  for (const path of [metrics, submission]) checkOutput(path, { overwrite })
  const device = await deviceFor(flags.device)
  makeFolder(out)
  await interruptible(async (signal) => {
    await draw({ out: data, overwrite, identities, photos, seed }, signal)
    await learn({ data, run, seed, set, device, overwrite, signal })
    const { exportPretrained, exportUntrained } = await import('../train/index.ts')
    await exportUntrained(run, untrained)
    const isPretrained = (await exportPretrained(run, pretrained)) !== undefined
    const scores: Scores = {
      untrained: await measure(untrained, data, { device, signal }),
      ...(isPretrained ? { pretrained: await measure(pretrained, data, { device, signal }) } : {}),
      trained: await measure(run, data, { device, signal }),
    }
    const split = 'test: photos of the same individuals at encounters that training did not see'
    writeSealedJson(metrics, { split, ...scores })
    const page = await report(run, data, { device, signal })
    const rows = await submit(run, data, submission, { device, signal })
    say(summary(scores, split))
    say(`\nsubmission checked: ${counted(rows, 'row')}`)
    const paths = [data, join(data, 'sheet.png'), run, join(run, 'model.onnx'), metrics, submission, page].filter(
      (path) => existsSync(path),
    )
    say(`\nwritten in ${formatDuration(performance.now() - began)}:\n${paths.map((path) => `  ${path}`).join('\n')}`)
    say(`\nto look at in a browser: ${page}`)
  }, `stopped; what it wrote so far is in ${out}: start again with --overwrite`)
}

/** What runs the networks, and who stops them. */
interface Working {
  readonly device: Device | undefined
  readonly signal: AbortSignal
}

async function draw({ identities, photos, seed, ...to }: DemoFlags, signal: AbortSignal): Promise<void> {
  const { synthesise } = await import('../synth/index.ts')
  const bar = progress('drawing jaguars', 'photos')
  await synthesise({
    ...to,
    ...(identities === undefined ? {} : { identities }),
    ...(photos === undefined ? {} : { photosPerIdentity: photos }),
    ...(seed === undefined ? {} : { seed }),
    signal,
    onProgress: bar.update,
  }).finally(bar.stop)
}

async function learn(options: {
  readonly data: string
  readonly run: string
  readonly seed: number | undefined
  readonly set: readonly string[]
  readonly device: Device | undefined
  readonly overwrite: boolean
  readonly signal: AbortSignal
}): Promise<void> {
  const { train } = await import('../train/index.ts')
  const view = new TrainView()
  const { run: out, ...given } = options
  const outcome = await train({
    ...given,
    out,
    preset: 'demo',
    onEvent: (event) => view.show(event),
  }).finally(() => view.close())
  if (!outcome.finished) options.signal.throwIfAborted()
}

/** The report on the photos that `measure` scores; returns its page. */
async function report(run: string, data: string, { device, signal }: Working): Promise<string> {
  const { openModel } = await import('../embedder/index.ts')
  const { makeReport } = await import('../report/index.ts')
  const manifest = await testPhotos(data)
  const selection = { manifest, split: 'all', reason: 'encounters that training did not see' } as const
  const story = await runStory({ run }, manifest, selection)
  const embedder = await openModel(run, { device })
  try {
    const outcome = await withStages((onProgress) =>
      makeReport(embedder, selection, {
        out: join(run, 'report'),
        overwrite: true,
        title: `the demo: ${new Set(manifest.photos.map(({ identity }) => identity)).size} drawn jaguars`,
        splitName: 'test',
        story,
        signal,
        onProgress,
      }),
    )
    return outcome.page
  } finally {
    await embedder.release()
  }
}

async function testPhotos(data: string): Promise<Manifest> {
  const { openDataset } = await import('../data/index.ts')
  const images = join(data, 'test', 'test')
  return openDataset(join(data, 'test_identities.csv'), { images, requireIdentity: true })
}

async function measure(model: string, data: string, { device, signal }: Working): Promise<EvaluationReport> {
  const { evaluatePhotos } = await import('../identify/index.ts')
  const { openModel } = await import('../embedder/index.ts')
  const manifest = await testPhotos(data)
  const embedder = await openModel(model, { device })
  try {
    return await evaluatePhotos(embedder, { manifest, split: 'all' }, { signal })
  } finally {
    await embedder.release()
  }
}

async function submit(model: string, data: string, out: string, { device, signal }: Working): Promise<number> {
  const { checkSubmission, formatSubmissionReport, scorePairs, writeSubmission } = await import(
    '../competition/index.ts'
  )
  const { openDataset, readTestPairs } = await import('../data/index.ts')
  const { embedPhotos, openModel } = await import('../embedder/index.ts')
  const pairs = readTestPairs(data)
  const embedder = await openModel(model, { device })
  try {
    const embedded = await embedPhotos(embedder, openDataset(data, { part: 'test' }), { signal })
    writeSubmission(out, { rowIds: pairs.rowIds, scores: scorePairs(pairs, embedded, 'clip').scores })
  } finally {
    await embedder.release()
  }
  const report = checkSubmission(out, data)
  if (!report.ok) throw new FailedCheck(formatSubmissionReport(report))
  return report.rows
}

/** What is told of one network. */
type Told = Pick<EvaluationReport, (typeof shown)[number] | 'chance' | 'intervals' | 'photos' | 'identities'>

/** Of one network in three states, on the same photos. */
interface Scores<T extends Told = EvaluationReport> {
  /** Random numbers. */
  readonly untrained: T
  /** The weights that it began with, where these were no random numbers. */
  readonly pretrained?: T
  readonly trained: T
}

const shown = ['rank1', 'identityBalancedRank1', 'identityBalancedMap'] as const

/** A row for each state, its 95 % intervals over individuals in brackets, and chance; exported for its test. */
export function summary({ untrained, pretrained, trained }: Scores<Told>, split: string): string {
  const row = (name: string, told: Told) => [
    name,
    ...shown.map((metric) => {
      const interval = told.intervals.identity?.scores[metric]
      return `${told[metric].toFixed(3)}${interval === undefined ? '' : ` (${intervalText(interval)})`}`
    }),
  ]
  const table = formatTable(
    ['network', ...shown.map(metricLabel)],
    [
      row('untrained', untrained),
      ...(pretrained === undefined ? [] : [row('pretrained', pretrained)]),
      row('trained', trained),
      ['by chance', ...shown.map((metric) => trained.chance[metric].toFixed(3))],
    ],
  )
  const { identity } = trained.intervals
  const between =
    identity === null ? '' : `\n\nin brackets: 95 % intervals over ${counted(identity.units, 'individual')}`
  return `\nsplit ${split} (${counted(trained.photos, 'photo')}, ${counted(trained.identities, 'individual')})\n\n${table}${between}`
}
