import { check, counted, optionText } from '../base/index.ts'
import type { Embedder, OpenModelOptions } from './embedder.ts'
import { type EnsembleOptions, ensembleDefaults, ensembleOf, type FusionMethod } from './ensemble.ts'
import { checkNamedOnce, doubleWarnings } from './ensemble-doubles.ts'
import { checkSeal, isEnsemble, memberPath, readEnsemble } from './ensemble-file.ts'
import { checkSameStart } from './ensemble-start.ts'
import { describedModel } from './model-place.ts'
import { openModel } from './open.ts'

/** How models are opened, and how several are fused. */
export interface OpenModelsOptions extends OpenModelOptions {
  /** As the ensemble's file says, else by similarities. */
  readonly fusion?: FusionMethod | undefined
}

/**
 * Opens what embeds photos: one model, an ensemble folder, or several of both as one. An ensemble's file says how each member is opened;
 * `tta` and `precision` say it for all. Release it.
 * @throws InputError as `openModel`; for a member that is not the one that an ensemble was made of; for a mean of embeddings of networks
 * that did not start alike; and for options that do not fit.
 */
export async function openModels(paths: readonly string[], options: OpenModelsOptions = {}): Promise<Embedder> {
  const { fusion, ...each } = options
  check(paths.length > 0, '`model`: expected one at least')
  checkNamedOnce(paths.map((model) => ({ model })))
  const [only] = paths
  if (paths.length === 1 && only !== undefined) {
    if (isEnsemble(only)) return openEnsemble(only, options)
    const given = fusion === undefined ? '' : optionText({ fusion })
    check(fusion === undefined, `${given}: ${only} is one network`, 'it goes with several models, and with an ensemble')
    return openModel(only, each)
  }
  const { modelConfig, ...opening } = each
  const described = describedModel(paths, modelConfig)
  const openings = paths.map((path) => () => {
    if (isEnsemble(path)) return openEnsemble(path, opening)
    return openModel(path, path === described ? each : opening)
  })
  const ensemble = await together(openings, { method: fusion })
  const doubles = await doubleWarnings(ensemble.members ?? [])
  return { ...ensemble, warnings: [...(ensemble.warnings ?? []), ...doubles] }
}

async function openEnsemble(folder: string, options: OpenModelsOptions): Promise<Embedder> {
  const { fusion, checkpoint, modelConfig, ...rest } = options
  const { method, members, name } = readEnsemble(folder)
  check(
    checkpoint === undefined && modelConfig === undefined,
    `${checkpoint === undefined ? '`modelConfig`' : optionText({ checkpoint })}: ${folder} is an ensemble and describes its members`,
  )
  for (const member of members) await checkSeal(folder, member)
  const openings = members.map((member) => () => {
    const { path, tta, precision, checkpoint } = member
    return openModel(memberPath(folder, path), {
      ...rest,
      tta: rest.tta ?? tta,
      precision: rest.precision ?? precision,
      checkpoint,
    })
  })
  const ensemble = await together(openings, {
    method: fusion ?? method,
    weights: members.map(({ weight }) => weight),
  })
  const how = fusion ?? method
  const words = how === ensembleDefaults.method ? '' : `, ${how}`
  return { ...ensemble, name, source: `${folder} (${counted(members.length, 'model')}${words})` }
}

/** Opens one after the other; where one fails, those that are open are released. */
async function together(openings: readonly (() => Promise<Embedder>)[], options: EnsembleOptions): Promise<Embedder> {
  const members: Embedder[] = []
  try {
    for (const open of openings) members.push(await open())
    for (const { fusion, source } of members)
      check(fusion === undefined, `${source}: fuses ranks, and cannot be a member of another ensemble`)
    if (options.method === 'embeddings') checkSameStart(members)
    return ensembleOf(members, options)
  } catch (error) {
    await Promise.all(members.map((member) => member.release()))
    throw error
  }
}
