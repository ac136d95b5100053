/**
 * The animal first: networks that find animals on photos, anybody's ONNX file under a description. A photo goes in, boxes and masks come
 * out; what was found is kept by content.
 */
export { type FindOptions } from './find.ts'
export type { Located, LocatedAnimal, LocatedOther, PhotoSides } from './located.ts'
export { checkLocator, type Locator, type LocatorOptions, openLocator } from './locator.ts'
export type { WhichAnimals } from './which-animals.ts'
export {
  type LocatedManifest,
  type LocatePhotosOptions,
  locatePhotos,
  locatePhotosDefaults,
} from './with-located.ts'
export { type LocatedFolder, type WriteLocatedOptions, writeLocated } from './write-located.ts'
