import { join, resolve } from 'node:path'
import { check, checkOutput } from '../base/index.ts'
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
 * The same of files by the option that names each; those that were not asked for are undefined. @throws InputError as `checkOutputs`, and where two
 * options name one file.
 */
export async function checkNamedOutputs(
  paths: Readonly<Record<string, string | undefined>>,
  inputs: Inputs,
  overwrite: boolean,
): Promise<void> {
  const named = Object.entries(paths).flatMap(([option, path]) => (path === undefined ? [] : [{ option, path }]))
  for (const [i, { option, path }] of named.entries()) {
    const other = named.slice(0, i).find((one) => resolve(one.path) === resolve(path))
    check(other === undefined, `\`${option}\`: ${path} is the file of \`${other?.option}\` too`, 'choose another name')
    await checkOutputs([path], inputs, { overwrite, option })
  }
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
