import type { Manifest } from '../data/index.ts'
import { locatePhotos, openLocator } from '../locate/index.ts'
import type { TrainOptions } from './job.ts'

/** The photos with the animals that `locate` finds on them; as they are without it. @throws as `openLocator` and `locatePhotos` do. */
export async function withAnimals(options: TrainOptions, manifest: Manifest): Promise<Manifest> {
  const { locate, animals, limitPixels, signal, onProgress } = options
  if (locate === undefined || locate === 'none') return manifest
  const locator = await openLocator(locate, options)
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
