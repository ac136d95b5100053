import { check } from '../base/index.ts'
import { type ExportedModel, exportModel } from '../export/index.ts'
import { RunFolder, readRecord } from '../run/index.ts'
import type { Tensor } from '../tensor/index.ts'
import { findWeights, weightsHash } from '../weights/index.ts'
import { planOf } from './plan.ts'
import { loadPretrained } from './pretrained.ts'
import { inferenceTensors, initialState } from './state.ts'

/** Writes a run's network with nothing learned, for comparison: the random numbers of its seed, whatever the run began with. */
export function exportUntrained(run: string, folder: string): Promise<ExportedModel> {
  return exported(run, folder, 'untrained', new Map())
}

/**
 * Writes a run's network as it was before its first step, for comparison: its pretrained weights, and random numbers for the rest.
 * Undefined, and nothing written, where it began from random numbers alone.
 * @throws InputError where the weights are not on this machine any more, or have changed.
 */
export async function exportPretrained(run: string, folder: string): Promise<ExportedModel | undefined> {
  const config = new RunFolder(run).config()
  const { weights, identities } = readRecord(run)
  if (weights === null || config.weights === null) return undefined
  const path = findWeights(config.weights, config.model.backbone)
  const same = path !== undefined && (await weightsHash(path)) === weights.sha256
  check(same, `${run}: began from ${weights.file} (${weights.sha256}), which is not here any more, or has changed`)
  const { tensors } = await loadPretrained(path, planOf({ config, classes: identities }).params, config)
  return exported(run, folder, 'pretrained', tensors)
}

function exported(
  run: string,
  folder: string,
  state: string,
  given: ReadonlyMap<string, Tensor>,
): Promise<ExportedModel> {
  const config = new RunFolder(run).config()
  const { seed, identities } = readRecord(run)
  const plan = planOf({ config, classes: identities })
  const tensors = inferenceTensors(plan, initialState(plan, `${seed}`, given))
  const name = `${config.model.backbone}, ${state}`
  return exportModel({ network: config.model, geometry: config.image, tensors, folder, name })
}
