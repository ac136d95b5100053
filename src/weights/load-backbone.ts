import { counted } from '../base/index.ts'
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

/** What is done with the file's tensors before they are matched, and which are left out. */
export interface LoadOptions {
  readonly adapt?: Adapt | undefined
  /** The file's names that re-identification has no place for: `Backbone.leftOut`. */
  readonly leftOut: RegExp
}

/** A backbone's weights from a file, and what of the file was not needed. */
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
    const refuse = (problems: readonly Problem[]) => {
      if (problems.length === 0) return
      const names = { wanted: [...wanted.keys()], found: new Set(found.keys()) }
      throw misfitError({ path, problems, ...names, checkpoint: file.metadata?.format === checkpointFormat })
    }
    refuse(headerProblems(found, wanted, leftOut)) // before gigabytes are read
    const tensors = new Map([...wanted.keys()].map((name) => [name, asFloat32(found.get(name)!.read())] as const))
    refuse([...tensors].flatMap(([name, { data }]) => notFinite(name, data)))
    return {
      tensors: new Map([...tensors].map(([name, tensor]) => [prefix + name, tensor])),
      leftOut: [...found.keys()].filter((name) => !wanted.has(name)),
    }
  } finally {
    file.close()
  }
}

const prefix = 'backbone.'

/** What the metadata of a run's checkpoint says under `format`, so that it is told from other safetensors files. */
export const checkpointFormat = 'rosette-checkpoint'

/** Each name that does not fit, by what the file's header says: those of the network first, then those of the file. */
function headerProblems(
  found: ReadonlyMap<string, StoredTensor>,
  wanted: ReadonlyMap<string, Shape>,
  leftOut: RegExp,
): readonly Problem[] {
  const ours = [...wanted].flatMap(([name, shape]): Problem[] => {
    const problem = headerProblem(shape, found.get(name))
    return problem === undefined ? [] : [[name, problem]]
  })
  const unexpected = [...found.keys()].filter((name) => !wanted.has(name) && !leftOut.test(name))
  return [...ours, ...unexpected.map((name): Problem => [name, 'not of this network'])]
}

function headerProblem(shape: Shape, stored: StoredTensor | undefined): string | undefined {
  if (stored === undefined) return 'missing in the file'
  if (!sameShape(stored.shape, shape)) return `expected [${shape}], got [${stored.shape}]`
  return isFloating(stored.dtype) ? undefined : `expected floating point, got ${stored.dtype}`
}

function notFinite(name: string, numbers: Float32Array): Problem[] {
  let [nan, infinite] = [0, 0]
  for (const number of numbers) {
    if (Number.isFinite(number)) continue
    if (Number.isNaN(number)) nan++
    else infinite++
  }
  if (nan + infinite === 0) return []
  const what = nan > 0 ? 'NaN' : 'Infinity'
  return [
    [name, `holds ${what}: ${nan + infinite} of ${counted(numbers.length, 'number is', 'numbers are')} not finite`],
  ]
}
