import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { check, checkOutput, counted, formatTable } from '../base/index.ts'
import type { ExcludeSame, SplitName } from '../identify/index.ts'
import { metricLabel } from '../retrieval/index.ts'
import type { Gain, PostProcessingRecord, RankedWay, TuneOutcome } from '../study/index.ts'
import { trickWords } from './after-ranking.ts'
import { embedToTune } from './embed-to-tune.ts'
import { checkFilesFirst } from './files-first.ts'
import { addLocateOptions, type LocateFlags, withLocated } from './locate-options.ts'
import { addDataOptions, addModelOptions, type DataFlags, type ModelFlags } from './options.ts'
import { checkOutputs } from './outputs.ts'
import { checkNamed, locatingBy, photosToRead } from './own-data.ts'
import { checkScoredFirst } from './photos-first.ts'
import { type Progress, progress } from './progress.ts'
import { say } from './say.ts'
import { intervalText, intervalWords, signed, signedInterval } from './score-table.ts'
import { dataOption, excludeSameOption, splitOption } from './scored-photos.ts'
import { interruptible, withListing } from './work.ts'

const example = `
Examples:
  rosette tune --model runs/jaguars
  rosette tune --model runs/jaguars --data new.csv --images new-photos
  rosette tune --model runs/cv

Query expansion, database augmentation, re-ranking and averaging help some
galleries and harm others. Each is tried on the photos that \`rosette evaluate\`
would score. One is accepted only if it also helps on individuals that had no
part in choosing it, and if the interval of that gain lies above 0. Of a folder
of \`rosette cv\` each network is tried on the photos of its own fold.

What was accepted is written to postprocessing.json in the model's folder.
\`rosette evaluate\`, \`submit\`, \`identify\` and \`report\` follow it and say so;
--plain ranks by cosines alone.`

interface TuneFlags extends ModelFlags, DataFlags, LocateFlags {
  readonly data?: string
  readonly out?: string
  readonly split?: SplitName
  readonly excludeSame?: ExcludeSame
  readonly overwrite?: boolean
}

/** `rosette tune`: what is done to rank, where it helps. */
export function tuneCommand(): Command {
  const command = new Command('tune')
    .summary('find out which tricks of ranking help a model')
    .description('Try averaging, query expansion, database augmentation and re-ranking, and keep what helps.')
    .addOption(dataOption())
    .addOption(
      new Option('--out <postprocessing.json>', 'the file to write').default(undefined, "in the model's folder"),
    )
    .addOption(splitOption())
    .addOption(excludeSameOption())
    .option('--overwrite', 'replace --out')
  return addLocateOptions(addDataOptions(addModelOptions(command)))
    .addHelpText('after', example)
    .action(tuneAction)
}

async function tuneAction(flags: TuneFlags): Promise<void> {
  const { split, excludeSame, overwrite = false } = flags
  check(split !== 'train', '--split train: expected photos that the run did not learn from', 'it knows these by heart')
  const { openDataset } = await import('../data/index.ts')
  const { sealOf } = await import('../embedder/index.ts')
  const { postProcessingPath, tuneModel, writePostProcessing } = await import('../study/index.ts')
  const model = onlyModel(flags)
  const out = flags.out ?? postProcessingPath(model)
  await checkFilesFirst(flags)
  const { data, open, reading, namedBy } = await photosToRead(flags, flags.data)
  const listed = withListing((watch) => openDataset(data, { ...open, ...watch, requireIdentity: true }))
  await checkNamed({ namedBy }, listed)
  // It is a file of the run, which other commands do not write.
  if (resolve(out) === resolve(postProcessingPath(model))) checkOutput(out, { overwrite })
  else await checkOutputs([out], { flags, manifest: listed }, { overwrite })
  await checkScoredFirst(listed, { ...reading, model: flags.model, split })
  const locating = await locatingBy(flags)
  await interruptible(async (signal) => {
    const manifest = await withLocated(locating, listed, signal)
    const { parts, reason } = await embedToTune(flags, { ...reading, manifest, split, excludeSame, signal })
    const bar = progress('trying', 'ways to rank')
    const seal = await sealOf(model, flags.checkpoint)
    const input = { parts, model: seal, data: manifest.source, excludeSame }
    const { outcome, record } = watched(bar, (onTried) => tuneModel(input, { onTried }))
    writePostProcessing(out, record)
    say(await described(outcome, record, reason))
    say(
      `\n${out}: ${outcome.accepted === null ? 'nothing changes' : 'evaluate, submit, identify and report follow it'}`,
    )
  })
}

function watched<T>(bar: Progress, work: (update: Progress['update']) => T): T {
  try {
    return work(bar.update)
  } finally {
    bar.stop()
  }
}

/** The folder of the one model that the flags name. */
function onlyModel({ model }: ModelFlags): string {
  const [only, ...more] = model
  check(
    only !== undefined && more.length === 0,
    `tune: expected one model, got ${model.length}`,
    '`rosette ensemble` makes a folder of several, which can be tuned',
  )
  check(
    statSync(only, { throwIfNoEntry: false })?.isDirectory() === true,
    `${only}: expected a folder: what was accepted is written into it`,
    'a run, a folder of `rosette export`, or an ensemble',
  )
  return only
}

/** The scores of a way to rank; the first is what the gate decides by. */
const scored = ['identityBalancedMap', 'rank1', 'identityBalancedRank1'] as const

async function described(
  { baseline, tried, verdict, accepted, atChance, statistics }: TuneOutcome,
  { evidence }: PostProcessingRecord,
  reason: string,
): Promise<string> {
  const order = [...tried].sort((a, b) => b.identityBalancedMap - a.identityBalancedMap)
  const { chance, intervals } = statistics
  const percent = `${Math.round(evidence.level * 100)} %`
  const row = (name: string, scores: Pick<RankedWay, (typeof scored)[number]>, gain: readonly string[]) => [
    name,
    scores.identityBalancedMap.toFixed(3),
    ...gain,
    scores.rank1.toFixed(3),
    scores.identityBalancedRank1.toFixed(3),
  ]
  const between = ({ interval }: Gain) => (evidence.individuals < 2 ? '–' : signedInterval(interval))
  const gainWords = (gain: Gain) => `${signed(gain.difference)} (${percent} interval ${between(gain)})`
  const rows = [row(await trickWords(baseline), baseline, ['', ''])]
  for (const trick of order)
    rows.push(row(await trickWords(trick), trick, [signed(trick.gain.difference), between(trick.gain)]))
  rows.push(row('by chance', chance, ['', '']))
  const ofFirst = [metricLabel('rank1'), metricLabel('identityBalancedRank1')]
  const within = (name: (typeof scored)[number]) =>
    `${metricLabel(name)} ${intervalText(intervals.identity?.scores[name])}`
  const best = verdict.best === null ? undefined : tried[verdict.best]
  return [
    `data     ${evidence.data} (${reason})`,
    `scored   ${counted(evidence.queries, 'query', 'queries')} of ${counted(evidence.individuals, 'individual')}, ${evidence.protocol}`,
    '',
    formatTable(
      ['ranked by', metricLabel('identityBalancedMap'), 'difference', `its ${percent} interval`, ...ofFirst],
      rows,
    ),
    '',
    ...(evidence.individuals < 2
      ? []
      : [
          `the interval of a difference is that of one way by itself: of ${tried.length}, one may be above 0 by luck, so that what is accepted also has to win on other individuals`,
        ]),
    ...(intervals.identity === null
      ? []
      : [`95 % intervals of ${await trickWords(baseline)}: ${scored.map(within).join(', ')}`]),
    intervalWords(statistics),
    '',
    accepted === null ? 'accepted nothing' : `accepted ${await trickWords(accepted)}`,
    ...(verdict.tooFew === null ? [] : [verdict.tooFew]),
    ...(atChance === null
      ? []
      : [
          `even with ${await trickWords(atChance)} the identity-balanced mAP is ${atChance.identityBalancedMap.toFixed(3)} (95 % interval ${intervalText(atChance.interval)}), no better than chance: nothing shows that the model tells these animals apart`,
        ]),
    ...(best === undefined ? ['no way to rank is better than cosines alone'] : []),
    ...(best === undefined
      ? []
      : [
          `on individuals that had no part in the choice: ${gainWords(verdict.confirmed)}`,
          `the best of all, ${await trickWords(best)}: ${gainWords(verdict.own)}, too high because it was chosen on the same photos`,
        ]),
  ].join('\n')
}
