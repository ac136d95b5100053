import { join } from 'node:path'
import { checkOutput } from '../base/index.ts'
import type { Manifest } from '../data/index.ts'
import type { ModelFlags } from './options.ts'

/** What a command reads. */
export interface Inputs {
  readonly flags: Pick<ModelFlags, 'model' | 'modelConfig'>
  readonly manifest: Manifest
  /** Photos beside those of the manifest. */
  readonly photos?: readonly string[]
}

/**
 * Before the work: that the files to write can be written, do not exist (unless they may be overwritten) and are none of those that
 * are read: photos, tables, model. @throws InputError naming the path.
 */
export async function checkOutputs(
  paths: readonly string[],
  { flags, manifest, photos = [] }: Inputs,
  { overwrite, option = 'out' }: { readonly overwrite: boolean; readonly option?: string },
): Promise<void> {
  const { modelFiles } = await import('../embedder/index.ts')
  const { checkNoRunFile } = await import('../run/index.ts')
  const { source } = manifest
  const tables = [source, join(source, 'train.csv'), join(source, 'test.csv')]
  const models = flags.model.flatMap((model) => modelFiles(model, flags.modelConfig))
  const ofPhotos = manifest.photos.map(({ path }) => path)
  const inputs = [...tables, ...models, ...photos, ...ofPhotos]
  for (const path of paths) {
    checkOutput(path, { overwrite, option, inputs })
    checkNoRunFile(path, option)
  }
}
