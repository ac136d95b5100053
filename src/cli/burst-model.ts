import { type Command, Option } from 'commander'
import { check } from '../base/index.ts'
import type { CosinesAmong, Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { openShare } from './numbers.ts'
import { addRunOptions, collect, type ModelFlags } from './options.ts'
import { warn } from './say.ts'
import { runsIn, trainedRows, withModel, withProgress } from './work.ts'

/** Options of commands that may ask a model how alike photos are. */
export interface BurstModelFlags extends Partial<ModelFlags> {
  readonly burstCosine?: number
  readonly limitPixels?: number
  /** A network that finds animals has the processor's threads and a limit on its memory too. */
  readonly locate?: string | undefined
}

/** `--model`, how it is run, and from which cosine on photos are a burst. */
export function addBurstModelOptions(command: Command, whatFor: string): Command {
  return addRunOptions(
    command
      .option('--model <M>', `${whatFor}; several are used as one`, collect)
      .addOption(
        new Option('--burst-cosine <C>', 'how alike the photos of a burst are to --model: the least cosine')
          .argParser(openShare)
          .default(undefined, '0.96; higher where photos of two individuals are as alike'),
      ),
  )
}

/** @throws InputError where an option of the model is given without it. */
export function checkBurstModel(flags: BurstModelFlags): void {
  const { model = [], burstCosine, locate = 'none' } = flags
  if (model.length > 0) return
  check(
    burstCosine === undefined,
    '--burst-cosine: how alike photos are by the cosines of --model, and none is named',
    'name a model with --model, or leave it out',
  )
  for (const [name, flag] of Object.entries(flagsOfModel))
    check(
      flags[name as keyof typeof flagsOfModel] === undefined || (locate !== 'none' && ofLocatorToo.has(flag)),
      `${flag}: how a model is run, and no --model is named`,
      'name a model with --model, or leave it out',
    )
}

const flagsOfModel = {
  fusion: '--fusion',
  modelConfig: '--model-config',
  checkpoint: '--checkpoint',
  tta: '--tta',
  captions: '--captions',
  precision: '--precision',
  batch: '--batch',
  device: '--device',
  threads: '--threads',
  memoryLimit: '--memory-limit',
} as const satisfies Record<Exclude<keyof ModelFlags, 'model'>, string>

const ofLocatorToo: ReadonlySet<string> = new Set(['--threads', '--memory-limit'])

/** Embeds photos that can be read by the model; warns where it learned from them, since it then knows animals and not moments. */
export function embeddedForBursts(
  photos: readonly Photo[],
  flags: BurstModelFlags,
  signal: AbortSignal,
): Promise<PhotoEmbeddings> {
  return withModel({ ...flags, model: flags.model ?? [] }, (embedder) =>
    withProgress('embedding', { limitPixels: flags.limitPixels, signal }, async (options) => {
      const { embedCached } = await import('../embedder/index.ts')
      const manifest = { kind: 'photos', source: 'these photos', photos, warnings: [], problems: [] } as const
      const embedded = await embedCached(embedder, manifest, options)
      for (const run of runsIn(embedder)) await warnOfKnown(embedded, run)
      return embedded
    }),
  )
}

/** What tells how alike photos are to the model. */
export async function cosinesBy(
  photos: readonly Photo[],
  flags: BurstModelFlags,
  signal: AbortSignal,
): Promise<CosinesAmong> {
  const { cosinesAmong } = await import('../retrieval/index.ts')
  const { embeddings } = await embeddedForBursts(photos, flags, signal)
  check(
    embeddings.fusion === undefined,
    '--model: an ensemble that fuses ranks has no cosine by which photos could be a burst',
    'give one of its models, or another --fusion',
  )
  return cosinesAmong(embeddings)
}

async function warnOfKnown(embedded: PhotoEmbeddings, run: string): Promise<void> {
  const known = (await trainedRows(embedded, run)).length
  if (known === 0) return
  warn(
    `${run} was trained on ${known} of these photos: photos of one individual are alike to it whatever the moment, so that its bursts may hold several encounters; a network that has not learned from them tells moments better`,
  )
}
