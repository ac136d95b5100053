import { basename, join } from 'node:path'
import * as z from 'zod'
import { parseStrictly } from '../base/index.ts'
import type { Geometry } from '../images/index.ts'
import { embeddingSize, pixelStatistics, pretrainedOf, type ReIdConfig } from '../models/index.ts'
import { type CheckpointName, RunFolder, type RunMetrics, runNames } from '../run/index.ts'
import { isWeightsFile } from '../weights/index.ts'

const scoreNames = ['rank1', 'rank5', 'map', 'identityBalancedMap', 'minp'] as const
const settingsSchema = z.looseObject({ weights: z.string().nullish() })

export interface CardModel {
  readonly name: string
  readonly network: ReIdConfig
  readonly geometry: Geometry
  readonly checkpoint: CheckpointName
}

/**
 * README.md of an exported network, from what its run folder tells: network, scores, what it learned from, how photos are
 * prepared, and the licence of the weights that it started from. Names of photos and individuals, and paths, are left out.
 * @throws InputError for a file of the run that is malformed; what is not there is left out.
 */
export function modelCard(run: string, model: CardModel): string {
  const folder = new RunFolder(run)
  const record = folder.record()
  const { weights } = parseStrictly(settingsSchema, folder.settings() ?? {}, join(run, runNames.config))
  const metrics: RunMetrics = (model.checkpoint === 'best' ? folder.metrics() : undefined) ?? {}
  const start = startOf(weights, record.weights ?? null)
  const learned = [
    ['photos learned from', record.photos?.train],
    ['photos measured on', record.photos?.validation],
    ['individuals learned from', metrics.trainedIdentities],
    ['hash of the data', record.dataHash],
    ['hash of the split', record.splitHash],
    ['seed', record.seed],
    ['checkpoint', model.checkpoint],
  ] as const
  const scores = scoreNames.flatMap((name) => {
    const value = metrics[name]
    return typeof value === 'number' ? [[name, value.toFixed(4)] as const] : []
  })
  return [
    ...frontMatter(start),
    `# ${model.name}`,
    '',
    'An embedding of photographs by which individual animals are recognised: photos of one individual lie close to each other',
    `(cosine). Trained with rosette${record.rosette === undefined ? '' : ` ${record.rosette}`}.`,
    '',
    '## Network',
    '',
    ...table([
      ['backbone', `timm's \`${model.network.backbone}\``],
      ['pooling', model.network.pool],
      ['embedding', embeddingSize(model.network)],
      ['started from', start.text],
      ['licence of those weights', start.licence],
    ]),
    '',
    '`model.safetensors` is the backbone under the names of timm, `head.safetensors` what rosette has behind it: pooling exponent,',
    'projection, batch norm. Whatever of timm follows its own pooling was not trained: ones and zeros.',
    '',
    '## Training',
    '',
    ...table(learned),
    '',
    ...(scores.length === 0
      ? []
      : [
          '## Scores',
          '',
          `On the ${metrics.photos ?? ''} photos set aside (${[metrics.split ?? '', ...(metrics.protocol === undefined ? [] : [metrics.protocol])].join('; ')}):`,
          '',
          ...table(scores),
          '',
        ]),
    '## Photos',
    '',
    ...table(preparation(model)),
    '',
    'Embeddings of a photo and of its mirror image are averaged before the normalisation.',
    '',
  ].join('\n')
}

interface Start {
  readonly text: string | undefined
  readonly licence: string | undefined
  readonly base: string | undefined
}

/** What the run started from, without any path. */
function startOf(
  weights: string | null | undefined,
  loaded: { readonly file: string; readonly sha256: string } | null,
): Start {
  if (weights === undefined) return { text: undefined, licence: undefined, base: undefined }
  if (weights === null || loaded === null) return { text: 'random numbers', licence: undefined, base: undefined }
  const sha256 = `SHA-256 ${loaded.sha256}`
  if (isWeightsFile(weights))
    return { text: `the file ${basename(loaded.file)}, ${sha256}`, licence: 'not known', base: undefined }
  const base = weights.includes('/') ? weights : `timm/${weights}`
  return { text: `\`${base}\`, ${sha256}`, licence: pretrainedOf(weights)?.licence ?? 'not known', base }
}

/** The hub's licence names; any other is 'other' with a name of its own. */
const hubLicences: readonly string[] = ['apache-2.0', 'mit', 'cc-by-nc-4.0']

/** What the hub reads. */
function frontMatter({ licence, base }: Start): string[] {
  const known = licence !== undefined && hubLicences.includes(licence)
  const named = base === undefined || licence === undefined || licence === 'not known'
  const licences = named ? [] : known ? [`license: ${licence}`] : ['license: other', `license_name: ${licence}`]
  return [
    '---',
    'library_name: timm',
    'pipeline_tag: image-feature-extraction',
    'tags: [timm, image-feature-extraction, re-identification]',
    ...(base === undefined ? [] : [`base_model: ${base.replace(/@.*$/, '')}`]),
    ...licences,
    '---',
    '',
  ]
}

function preparation({ network, geometry }: CardModel): [string, string | number][] {
  const { heightPx, widthPx, resize, kernel, alpha, maskMargin, meanFill } = geometry
  const { mean, std } = pixelStatistics[network.pixels]
  return [
    ['height × width', `${heightPx} × ${widthPx} px`],
    ['resize', resize],
    ['kernel', `${kernel}, antialiased, as Pillow's`],
    ['channels', 'RGB, scaled to 0 … 1'],
    ['mean', mean.join(', ')],
    ['standard deviation', std.join(', ')],
    ['background of a photo with a mask', alpha],
    ...(alpha.startsWith('crop') ? [['margin around the mask', maskMargin] as [string, number]] : []),
    ...(alpha === 'mean' ? [['fill', meanFill.join(', ')] as [string, string]] : []),
  ]
}

/** Rows whose value is known. */
function table(rows: readonly (readonly [string, string | number | undefined])[]): string[] {
  const known = rows.filter(([, value]) => value !== undefined)
  return ['| | |', '|---|---|', ...known.map(([name, value]) => `| ${name} | ${value} |`)]
}
