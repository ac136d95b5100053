import type { ParamSpec } from '../models/index.ts'
import { asFloat32, isFloating, type Shape, type StoredTensor, sameShape, type Tensor } from '../tensor/index.ts'
import { misfitError, type Problem } from './misfit.ts'
import { openWeights } from './open.ts'

/**
 * Makes a file's tensors those of a network before they are checked: renames, splits, resamples. Both sides go by timm's names; what
 * it gives back is read only where it is wanted.
 */
export type Adapt = (
  tensors: ReadonlyMap<string, StoredTensor>,
  wanted: ReadonlyMap<string, Shape>,
) => ReadonlyMap<string, StoredTensor>

export interface LoadOptions {
  readonly adapt?: Adapt | undefined
  /** The file's names that re-identification has no place for: `Backbone.leftOut`. */
  readonly leftOut: RegExp
}

export interface LoadedBackbone {
  /** Under our names: `backbone.…`. */
  readonly tensors: ReadonlyMap<string, Tensor>
  /** The file's names that were left out on purpose: its classifier. */
  readonly leftOut: readonly string[]
}

/**
 * A backbone's parameters from a file of weights under timm's names, as float32. Its classifier is left out.
 * @throws InputError with one table of names that are missing, unexpected, wrongly shaped or hold NaN or infinity, and as
 * `openWeights` does.
 */
export async function loadBackbone(
  path: string,
  params: readonly ParamSpec[],
  { adapt = (tensors) => tensors, leftOut }: LoadOptions,
): Promise<LoadedBackbone> {
  const wanted = new Map(
    params
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, shape }) => [name.slice(prefix.length), shape] as const),
  )
  const file = await openWeights(path)
  try {
    const found = adapt(file.tensors, wanted)
    const { tensors, problems } = match(found, wanted, leftOut)
    if (problems.length > 0)
      throw misfitError({
        path,
        problems,
        wanted: [...wanted.keys()],
        found: new Set(found.keys()),
        checkpoint: file.metadata?.format === checkpointFormat,
      })
    return { tensors, leftOut: [...found.keys()].filter((name) => !wanted.has(name)) }
  } finally {
    file.close()
  }
}

const prefix = 'backbone.'

/** What the files say of themselves that a run keeps. */
const checkpointFormat = 'rosette-checkpoint'

/** The network's tensors, and each name that does not fit: those of the network first, then those of the file. */
function match(
  found: ReadonlyMap<string, StoredTensor>,
  wanted: ReadonlyMap<string, Shape>,
  leftOut: RegExp,
): { readonly tensors: ReadonlyMap<string, Tensor>; readonly problems: readonly Problem[] } {
  const tensors = new Map<string, Tensor>()
  const ours = [...wanted].flatMap(([name, shape]): Problem[] => {
    const read = readAs(shape, found.get(name))
    if (typeof read === 'string') return [[name, read]]
    tensors.set(prefix + name, read)
    return []
  })
  const unexpected = [...found.keys()].filter((name) => !wanted.has(name) && !leftOut.test(name))
  return { tensors, problems: [...ours, ...unexpected.map((name): Problem => [name, 'not of this network'])] }
}

/** The tensor as float32, or why it does not fit. */
function readAs(shape: Shape, stored: StoredTensor | undefined): Tensor<'float32'> | string {
  if (stored === undefined) return 'missing in the file'
  if (!sameShape(stored.shape, shape)) return `expected [${shape}], got [${stored.shape}]`
  if (!isFloating(stored.dtype)) return `expected floating point, got ${stored.dtype}`
  const tensor = asFloat32(stored.read())
  return notFinite(tensor.data) ?? tensor
}

function notFinite(numbers: Float32Array): string | undefined {
  let [nan, infinite] = [0, 0]
  for (const number of numbers) {
    if (Number.isFinite(number)) continue
    if (Number.isNaN(number)) nan++
    else infinite++
  }
  if (nan + infinite === 0) return undefined
  return `holds ${nan > 0 ? 'NaN' : 'Infinity'}: ${nan + infinite} of ${numbers.length} numbers are not finite`
}
