import { checkThere, ofAllPhotos, sha256Of, sha256OfFile } from '../base/index.ts'
import { checkOnePhoto, geometry, modelInput, placedIn, prepareImage, seenVersion } from '../images/index.ts'
import { onnxFiles } from '../onnx/index.ts'
import { findPort, openOnnx, type Session } from '../runtime/index.ts'
import { type Tensor, tensor } from '../tensor/index.ts'
import { type LocalExtractor, type LocalFeatures, type LocalPhoto, storeDescriptor } from './features.ts'
import { describeMatcher, type MatcherDescription } from './matcher-description.ts'
import { type InputSize, keypointPlaces, mapPlaces, type Places } from './network-places.ts'
import { regionOf } from './view.ts'

/** Raised whenever the same file and description would give other features. */
const version = 1

/** How somebody's network is described, and what an extractor may use of the machine. */
export interface OpenExtractorOptions {
  /** A description's file, or the name of a preset, where none lies beside the model. */
  readonly matcherConfig?: string | undefined
  readonly threads?: number | undefined
  /** What the file's process may take; half of the machine's memory unless given. */
  readonly memoryLimitBytes?: number | undefined
}

/**
 * Opens anybody's ONNX file of keypoints and descriptors, or of a feature map, under its description, in a process of its own.
 * @throws InputError for what is missing, and with every point where description and file disagree.
 */
export async function openNetworkExtractor(onnx: string, options: OpenExtractorOptions): Promise<LocalExtractor> {
  checkThere(onnx, 'file', { name: `\`matcher\`: ${onnx}` })
  const description = describeMatcher(onnx, options.matcherConfig)
  const fingerprint = await fingerprintOf(onnx, description)
  const session = await openOnnx(onnx, options)
  try {
    const look = lookerOf(session, description, onnx)
    const { name, input, output, keypoints, matching } = description
    return {
      name: `${name}, ${keypoints} places of ${Math.max(input.widthPx, input.heightPx)} px`,
      fingerprint,
      dim: output.size,
      rule: { ...matching, oriented: false },
      extract: (photo) =>
        extractPlaces(photo, { size: input, dim: output.size, most: keypoints }, (pixels) =>
          ofAllPhotos(() => look(pixels)),
        ),
      release: () => session.release(),
    }
  } catch (error) {
    await session.release()
    throw error
  }
}

async function fingerprintOf(onnx: string, { name: _, model: __, ...decides }: MatcherDescription): Promise<string> {
  const hashes = await Promise.all(onnxFiles(onnx).map((file) => sha256OfFile(file)))
  const { jointShare: _beside, ...matching } = decides.matching // the features are the same whatever stands beside them
  return sha256Of(JSON.stringify(['network extractor', version, seenVersion, hashes, { ...decides, matching }]))
}

/** Pixels uint8 [1, H, W, 3] → places of the input. */
type Look = (pixels: Tensor<'uint8'>) => Promise<Places>

function lookerOf(session: Session, { input, output }: MatcherDescription, onnx: string): Look {
  const port = findPort(session.inputs, input.name, `${onnx}: input.name`)
  checkOnePhoto(session.inputs, port, input, onnx)
  const named = (name: string | undefined, key: string) =>
    findPort(session.outputs, name, `${onnx}: output.${key}`).name
  const run = (pixels: Tensor<'uint8'>) => session.run({ [port.name]: modelInput(pixels, input, { mirror: false }) })
  if (output.kind === 'map') {
    const name = named(output.name, 'name')
    return async (pixels) => mapPlaces((await run(pixels))[name]!, output, input, `${onnx}: output '${name}'`)
  }
  for (const key of ['keypoints', 'descriptors', 'scores'] as const)
    if (output[key] !== undefined) named(output[key], key)
  return async (pixels) => keypointPlaces(await run(pixels), output, input, onnx)
}

/** What a network's input is, how long its descriptors are, and how many places are kept. */
export interface PlacesConfig {
  readonly size: InputSize
  readonly dim: number
  readonly most: number
}

/**
 * The animal and a little around it, fitted into the network's input, and of the places that the network gives those on the animal: the surest, or where
 * all are as sure every n-th. Descriptors are made unit vectors; what has no length, or is no number, is left out.
 */
export async function extractPlaces(
  photo: LocalPhoto,
  { size, dim, most }: PlacesConfig,
  look: Look,
): Promise<LocalFeatures> {
  const { region, isAnimal } = regionOf(photo)
  const { heightPx, widthPx } = size
  const seen = geometry({ heightPx, widthPx, resize: 'letterbox', kernel: 'bilinear', alpha: 'keep', captions: 'keep' })
  const pixels = tensor('uint8', [1, heightPx, widthPx, 3], prepareImage(photo.image, seen, region))
  const place = placedIn(region, seen)
  const [across, down] = [region.width / place.widthPx, region.height / place.heightPx]
  const places = await look(pixels)
  const onPhoto = places.at.map(
    ([x, y]) => [region.x + (x - place.leftPx) * across, region.y + (y - place.topPx) * down] as const,
  )
  const inPhoto = ([x, y]: readonly [number, number]) =>
    x >= region.x && y >= region.y && x < region.x + region.width && y < region.y + region.height
  const unit = (k: number) => normalised(places.descriptor(k))
  const animal = onPhoto.flatMap((at, k) => (inPhoto(at) && isAnimal(...at) && unit(k) !== undefined ? [k] : []))
  const kept = chosen(animal, places.reliability, most)
  const keypoints = new Float32Array(kept.length * 4)
  const descriptors = new Uint8Array(kept.length * dim)
  kept.forEach((k, i) => {
    keypoints.set([...onPhoto[k]!, (across + down) / 2, 0], i * 4)
    storeDescriptor(unit(k)!, descriptors, i * dim)
  })
  return {
    count: kept.length,
    dim,
    keypoints,
    descriptors,
    reliability: Float32Array.from(kept, (k) => places.reliability[k]!),
  }
}

/** The first `most`; where none is surer than another, as many spread evenly over all. */
function chosen(places: readonly number[], reliability: readonly number[], most: number): readonly number[] {
  if (places.length <= most) return places
  const isEven = places.every((k) => reliability[k] === reliability[places[0]!])
  if (!isEven) return places.slice(0, most)
  return Array.from({ length: most }, (_, i) => places[Math.floor(((i + 0.5) * places.length) / most)]!)
}

/** x / ‖x‖; undefined for a vector without a length. */
function normalised(values: ArrayLike<number>): Float32Array | undefined {
  let squares = 0
  for (let d = 0; d < values.length; d++) squares += values[d]! * values[d]!
  if (!(squares > 1e-24 && squares < Number.POSITIVE_INFINITY)) return undefined
  const length = Math.sqrt(squares)
  return Float32Array.from(values, (value) => value / length)
}
