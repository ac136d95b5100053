import { join } from 'node:path'
import { type ExportedModel, exportModel } from '../identify/index.ts'
import type { RunRecord } from './job.ts'
import { readJson } from './job.ts'
import { parseConfig } from './overrides.ts'
import { inferenceTensors, initialState } from './state.ts'
import { stepGraph } from './step.ts'

/**
 * Writes a run's network as it was before its first step, for comparison: the random numbers of its seed. Not for runs that
 * began from pretrained weights.
 */
export function exportUntrained(run: string, folder: string): ExportedModel {
  const configPath = join(run, 'config.json')
  const config = parseConfig(readJson(configPath), configPath)
  const { seed, identities } = readJson(join(run, 'run.json')) as RunRecord
  const { widthPx, heightPx } = config.image
  const plan = stepGraph({ ...config, identities: identities.length, widthPx, heightPx })
  const tensors = inferenceTensors(plan, initialState(plan, `${seed}`))
  const name = `${config.model.backbone}, untrained`
  return exportModel({ network: config.model, geometry: config.image, tensors, folder, name })
}
