import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { check, ofAllPhotos, sha256OfFile } from '../base/index.ts'
import {
  checkOnePhoto,
  decoderVersion,
  type Geometry,
  geometry,
  type ImageRGBA,
  modelInput,
  placedIn,
  prepareImage,
} from '../images/index.ts'
import { onnxFiles } from '../onnx/index.ts'
import { type Device, findPort, openOnnx, type Session } from '../runtime/index.ts'
import { checkFinite, type Tensor, tensor } from '../tensor/index.ts'
import { type DetectorOutput, describeLocator, type LocatorDescription } from './description.ts'
import { animalClasses, detected } from './detect.ts'
import type { Located } from './located.ts'
import { animalsOfMap, probabilityMap } from './segment.ts'
import { checkWhich, type WhichAnimals } from './which-animals.ts'

/** Changes whenever the same file and description would find something else. */
const locatorVersion = '2'

/** Which description, how sure, and how much of the machine. */
export interface LocatorOptions {
  /** A description's file, or the name of a preset, where none lies beside the model. */
  readonly locateConfig?: string | undefined
  /** How sure it must be, 0 to 1: in place of the description's threshold. */
  readonly confidence?: number | undefined
  /** Processor threads; all cores unless given. */
  readonly threads?: number | undefined
  /** What runs it; the processor unless given. */
  readonly device?: Device | undefined
  /** What the file's process may take; half of the machine's memory unless given. */
  readonly memoryLimitBytes?: number | undefined
}

/** A network that finds animals, at work. */
export interface Locator {
  readonly name: string
  /** The file. */
  readonly source: string
  /** What it gives: masks and their boxes, or boxes alone. */
  readonly kind: 'segmenter' | 'detector'
  /** The classes of a detector that are animals; a segmenter has none. */
  readonly classes: readonly string[]
  /** SHA-256 of what decides what it finds: weights, description, threshold. */
  readonly fingerprint: string
  /** The animals of an upright photo, the largest first. */
  locate(image: ImageRGBA): Promise<Located>
  /** Ends its process. */
  release(): Promise<void>
}

/**
 * Opens anybody's ONNX file that finds animals, under its description, in a process of its own. Release it.
 * @throws InputError for what is missing, and with every point where description and file disagree.
 */
export async function openLocator(onnx: string, options: LocatorOptions = {}): Promise<Locator> {
  const description = descriptionFor(onnx, options)
  const fingerprint = await fingerprintOf(onnx, description)
  const session = await openOnnx(onnx, options)
  try {
    const find = finderOf(session, description, onnx)
    const { name, output } = description
    return {
      ...{ name, source: onnx, kind: output.kind, classes: classesOf(description), fingerprint },
      ...{ locate: find, release: () => session.release() },
    }
  } catch (error) {
    await session.release()
    throw error
  }
}

/**
 * Nothing where a network and its description are there: to be asked before photos are looked for. What is damaged is told when it is opened.
 * @throws InputError where file or description is missing, with every mistake in the description, and where it has no class `animals`.
 */
export function checkLocator(
  onnx: string,
  options: Pick<LocatorOptions, 'locateConfig' | 'confidence'> & { readonly animals?: WhichAnimals | undefined },
): void {
  const description = descriptionFor(onnx, options)
  checkWhich(options.animals, classesOf(description), description.name)
}

function classesOf({ output }: LocatorDescription): string[] {
  return output.kind === 'detector' ? animalClasses(output) : []
}

function descriptionFor(
  onnx: string,
  { locateConfig, confidence }: Pick<LocatorOptions, 'locateConfig' | 'confidence'>,
): LocatorDescription {
  check(existsSync(onnx), `\`locate\`: ${onnx}: no such file`)
  check(/\.onnx$/i.test(onnx), `\`locate\`: ${onnx}: expected an .onnx file`)
  check(
    confidence === undefined || (confidence >= 0 && confidence <= 1),
    `confidence: expected 0 to 1, got ${confidence}`,
  )
  const described = describeLocator(onnx, locateConfig)
  return confidence === undefined ? described : withThreshold(described, confidence)
}

function withThreshold(description: LocatorDescription, threshold: number): LocatorDescription {
  return { ...description, output: { ...description.output, threshold } }
}

async function fingerprintOf(onnx: string, { name: _, model: __, ...decides }: LocatorDescription): Promise<string> {
  const hashes = await Promise.all(onnxFiles(onnx).map((file) => sha256OfFile(file)))
  const settings = JSON.stringify([locatorVersion, decoderVersion, hashes, decides])
  return createHash('sha256').update(settings).digest('hex')
}

function geometryOf({ input, preprocess }: LocatorDescription): Geometry {
  const { resize, kernel, bars } = preprocess
  // `mean` puts the bars' colour under transparent pixels too
  return geometry({ widthPx: input.widthPx, heightPx: input.heightPx, resize, kernel, alpha: 'mean', meanFill: bars })
}

function finderOf(session: Session, description: LocatorDescription, onnx: string): Locator['locate'] {
  const { output, input } = description
  const port = findPort(session.inputs, input.name, `${onnx}: input.name`)
  checkOnePhoto(session.inputs, port, input, onnx)
  const ports = portsOf(session, output, onnx)
  const seen = geometryOf(description)
  const find: Locator['locate'] = async (image) => {
    const pixels = tensor('uint8', [1, seen.heightPx, seen.widthPx, 3], prepareImage(image, seen))
    const results = await session.run({ [port.name]: modelInput(pixels, input, { mirror: false }) })
    const [first, second] = ports.map((name) => floatsOf(results[name]!, `${onnx}: output '${name}'`))
    const { width, height } = image
    const place = placedIn(image, seen)
    const where = `${onnx}: output '${ports[0]}'`
    if (output.kind === 'detector') {
      return { width, height, ...detected({ rows: first!, boxes: second }, output, { image, place, input, where }) }
    }
    const map = probabilityMap(first!, output, where)
    const inMap = { ...place, inputWidthPx: seen.widthPx, inputHeightPx: seen.heightPx }
    return { width, height, animals: animalsOfMap(map, output, image, inMap), others: [] }
  }
  return (image) => ofAllPhotos(() => find(image))
}

/** The names of the outputs to read. */
function portsOf(session: Session, output: LocatorDescription['output'], onnx: string): readonly string[] {
  const named = (name: string | undefined, key: string) =>
    findPort(session.outputs, name, `${onnx}: output.${key}`).name
  if (output.kind === 'segmenter') {
    // U²-Net and IS-Net give maps of their deeper layers too, after the one that counts
    return [output.name === undefined ? session.outputs[0]!.name : named(output.name, 'name')]
  }
  return isPair(output) ? [named(output.logits, 'logits'), named(output.boxes, 'boxes')] : [named(output.name, 'name')]
}

function isPair({ format }: DetectorOutput): boolean {
  return format === 'detr'
}

function floatsOf(result: Tensor, where: string): Tensor {
  check(result.dtype === 'float32', `${where}: expected float32, got ${result.dtype}`, 'export it in float32')
  checkFinite(result, where)
  return result
}
