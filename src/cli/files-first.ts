import { checkThere } from '../base/index.ts'
import type { CalibrationFlags } from './calibrated.ts'
import type { LocateFlags } from './locate-options.ts'
import type { ModelFlags } from './options.ts'

/** Options that name files which are opened late. */
export interface FileFlags extends Partial<Pick<ModelFlags, 'model' | 'modelConfig'>>, LocateFlags, CalibrationFlags {
  readonly gallery?: string
  readonly labelled?: string
  readonly unlabelled?: string
}

/**
 * Before photos are looked for, which takes minutes where there are many: that model, network that finds animals, calibration and other photos are there.
 * @throws InputError for the first that is not, as where it is opened.
 */
export async function checkFilesFirst(flags: FileFlags): Promise<void> {
  const { model = [], modelConfig, locate, locateConfig, animals, calibration, gallery, labelled, unlabelled } = flags
  const { checkModels } = await import('../embedder/index.ts')
  checkModels(model, modelConfig)
  for (const [name, path] of Object.entries({ gallery, labelled, unlabelled }))
    if (path !== undefined) checkThere(path, 'file or folder', { name: `--${name}: ${path}` })
  if (locate !== undefined && locate !== 'none') {
    const { checkLocator } = await import('../locate/index.ts')
    checkThere(locate, 'file', { name: `--locate: ${locate}`, hint: noLocator })
    checkLocator(locate, { locateConfig, animals })
  }
  if (calibration !== undefined) {
    const { readCalibration } = await import('../identify/index.ts')
    readCalibration(calibration)
  }
}

const noLocator =
  'rosette brings no network that finds animals (docs/locate.md); without one, leave out --locate and --locate-config, and expect less'
