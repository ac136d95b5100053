import type { Backbone, PhotoSize } from '../models/index.ts'
import { asFloat32, isFloating, type StoredTensor, sameShape } from '../tensor/index.ts'
import type { Adapt } from './load-backbone.ts'

/** A backbone's weights for photos of another size than they were trained on: a transformer's positions are resampled. */
export function fitToSize({ resized }: Pick<Backbone, 'resized'>, size: PhotoSize): Adapt {
  return (tensors, wanted) => {
    const fitted = (name: string, stored: StoredTensor): StoredTensor => {
      const shape = wanted.get(name)
      if (shape === undefined || sameShape(shape, stored.shape) || !isFloating(stored.dtype)) return stored
      const tensor = resized(asFloat32(stored.read()), name, size)
      return { dtype: 'float32', shape: tensor.shape, read: () => tensor }
    }
    return new Map([...tensors].map(([name, stored]) => [name, fitted(name, stored)]))
  }
}
