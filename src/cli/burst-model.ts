import { type Command, Option } from 'commander'
import { check } from '../base/index.ts'
import type { CosinesAmong, Photo } from '../data/index.ts'
import type { PhotoEmbeddings } from '../embedder/index.ts'
import { openShare } from './numbers.ts'
import { collect, deviceOption, type ModelFlags } from './options.ts'
import { warn } from './say.ts'
import { runsIn, trainedRows, withModel, withProgress } from './work.ts'

/** Options of commands that may ask a model how alike photos are. */
export interface BurstModelFlags extends Pick<ModelFlags, 'device'> {
  readonly model?: readonly string[]
  readonly burstCosine?: number
  readonly limitPixels?: number
}

/** `--model`, what runs it, and from which cosine on photos are a burst. */
export function addBurstModelOptions(command: Command, whatFor: string): Command {
  return command
    .option('--model <M>', whatFor, collect)
    .addOption(
      new Option('--burst-cosine <C>', 'how alike the photos of a burst are to --model: the least cosine')
        .argParser(openShare)
        .default(undefined, '0.96; higher where photos of two individuals are as alike'),
    )
    .addOption(deviceOption())
}

/** @throws InputError where an option of the model is given without it. */
export function checkBurstModel({ model = [], device, burstCosine }: BurstModelFlags): void {
  const why = 'of --model, and none is named'
  check(model.length > 0 || device === undefined, `--device: what runs the network ${why}`)
  check(model.length > 0 || burstCosine === undefined, `--burst-cosine: how alike photos are by the cosines ${why}`)
}

/** Embeds photos that can be read by the model; warns where it learned from them, since it then knows animals and not moments. */
export function embeddedForBursts(
  photos: readonly Photo[],
  { model = [], device, limitPixels }: BurstModelFlags,
  signal: AbortSignal,
): Promise<PhotoEmbeddings> {
  return withModel({ model, device }, (embedder) =>
    withProgress('embedding', { limitPixels, signal }, async (options) => {
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
    'give one of its models',
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
