import { check } from '../base/index.ts'
import { type ExportedModel, exportModel } from '../export/index.ts'
import { RunFolder, readRecord } from '../run/index.ts'
import { planOf } from './plan.ts'
import { inferenceTensors, initialState } from './state.ts'

/**
 * Writes a run's network as it was before its first step, for comparison: the random numbers of its seed.
 * @throws InputError for a run that began from pretrained weights.
 */
export async function exportUntrained(run: string, folder: string): Promise<ExportedModel> {
  const config = new RunFolder(run).config()
  const { seed, identities, weights } = readRecord(run)
  check(
    weights === null,
    `${run}: began from ${weights?.file}; only a run from random weights has an untrained network`,
  )
  const plan = planOf({ config, classes: identities })
  const tensors = inferenceTensors(plan, initialState(plan, `${seed}`))
  const name = `${config.model.backbone}, untrained`
  return exportModel({ network: config.model, geometry: config.image, tensors, folder, name })
}
