import { type Command, Option } from 'commander'
import type { Manifest } from '../data/index.ts'
import type { LocatorOptions, WhichAnimals } from '../locate/index.ts'
import { bytesOf } from './options.ts'
import { progress } from './progress.ts'
import { tell } from './say.ts'
import { refuseTwofoldConfidence } from './unused-options.ts'

/** Options of every command that takes photos. */
export interface LocateFlags {
  readonly locate?: string | undefined
  readonly locateConfig?: string | undefined
  readonly animals?: WhichAnimals | undefined
}

/** Which part of a photo shows the animal, where a network is to say it. */
export function addLocateOptions(command: Command): Command {
  refuseTwofoldConfidence(command)
  return command
    .optionsGroup('The animal first:')
    .option('--locate <FILE.onnx>', 'a network that finds the animal, to which photos are cut (docs/locate.md)')
    .addOption(locateConfigOption())
    .addOption(animalsOption())
}

export function locateConfigOption(): Option {
  return new Option('--locate-config <FILE|PRESET>', 'the description of that network, where none lies beside it')
}

export function animalsOption(): Option {
  return new Option(
    '--animals <which>',
    'which animals of a photo to take: largest; all, each by itself; or the largest of a class of the network, by its name',
  ).default(undefined, 'largest')
}

/** What else decides how a network that finds animals runs. */
export interface LocateRunFlags extends LocateFlags {
  readonly confidence?: number
  readonly threads?: number
  readonly memoryLimit?: number
  readonly limitPixels?: number
}

export function locatorOptions({ locateConfig, confidence, threads, memoryLimit }: LocateRunFlags): LocatorOptions {
  return { locateConfig, confidence, threads, memoryLimitBytes: bytesOf(memoryLimit) }
}

/**
 * The photos with the animals that --locate finds on them, which is told; as they are without it. `which` tells them from other photos of the same
 * command.
 */
export async function withLocated(
  flags: LocateRunFlags,
  manifest: Manifest,
  signal: AbortSignal,
  which = '',
): Promise<Manifest> {
  const { locate, animals, limitPixels } = flags
  if (locate === undefined || locate === 'none') return manifest
  const { locatePhotos, openLocator } = await import('../locate/index.ts')
  const bar = progress('locating', `${which}photos`)
  const locator = await openLocator(locate, locatorOptions(flags))
  try {
    const { note, ...located } = await locatePhotos(locator, manifest, {
      ...{ animals, limitPixels, signal },
      onProgress: bar.update,
    })
    bar.stop()
    tell(`note: ${note}`)
    return located
  } finally {
    bar.stop()
    await locator.release()
  }
}
