import type { Backbone, PhotoSize } from '../models/index.ts'
import { asFloat32, isFloating, type StoredTensor, sameShape } from '../tensor/index.ts'
import type { Adapt } from './load-backbone.ts'

/**
 * A backbone's weights for photos of another size than they were trained on, `from` where it is known: a transformer's positions are
 * resampled, also where another grid has as many patches.
 */
export function fitToSize(
  { resized, sized }: Pick<Backbone, 'resized' | 'sized'>,
  size: PhotoSize,
  from?: PhotoSize,
): Adapt {
  return (tensors, wanted) => {
    const fitted = (name: string, stored: StoredTensor): StoredTensor => {
      const shape = wanted.get(name)
      if (shape === undefined || !isFloating(stored.dtype)) return stored
      if (sameShape(shape, stored.shape) && !sized.test(name)) return stored
      const tensor = resized(asFloat32(stored.read()), name, size, from)
      return { dtype: 'float32', shape: tensor.shape, read: () => tensor }
    }
    return new Map([...tensors].map(([name, stored]) => [name, fitted(name, stored)]))
  }
}
