import type { Manifest } from '../data/index.ts'
import { locatePhotos, openLocator } from '../locate/index.ts'
import type { TrainOptions } from './job.ts'

/** Which network finds the animals, and how it runs. */
export type WithAnimalsOptions = Pick<
  TrainOptions,
  | 'locate'
  | 'locateConfig'
  | 'animals'
  | 'confidence'
  | 'threads'
  | 'memoryLimitBytes'
  | 'limitPixels'
  | 'signal'
  | 'onProgress'
>

/** The network that finds the animals first; undefined where there is none. */
export function locatorFile({ locate }: Pick<TrainOptions, 'locate'>): string | undefined {
  return locate === 'none' ? undefined : locate
}

/**
 * The photos with the animals that `locate` finds on them, as a training cuts them; as they are without it. Progress and what was found are
 * events of `onProgress`. @throws as `openLocator` and `locatePhotos` do.
 */
export async function withAnimals(options: WithAnimalsOptions, manifest: Manifest): Promise<Manifest> {
  const { animals, limitPixels, signal, onProgress } = options
  const file = locatorFile(options)
  if (file === undefined) return manifest
  const locator = await openLocator(file, options)
  try {
    const { note, ...located } = await locatePhotos(locator, manifest, {
      ...{ animals, limitPixels, signal },
      onProgress: (done, total) => onProgress?.({ kind: 'locate', done, total }),
    })
    onProgress?.({ kind: 'note', text: note })
    return located
  } finally {
    await locator.release()
  }
}
