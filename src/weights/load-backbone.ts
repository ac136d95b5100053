import { check, formatTable } from '../base/index.ts'
import type { ParamSpec } from '../models/index.ts'
import { asFloat32, isFloating, type Shape, type StoredTensor, sameShape, type Tensor } from '../tensor/index.ts'
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
 * @throws InputError with one table of missing, unexpected and wrongly shaped names, and as `openWeights` does.
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
    const tensors = adapt(file.tensors, wanted)
    const problems = problemsOf(tensors, wanted, leftOut)
    check(
      problems.length === 0,
      `${path}: does not fit the network\n${formatTable(['parameter', 'problem'], problems)}`,
    )
    return {
      tensors: new Map([...wanted.keys()].map((name) => [prefix + name, asFloat32(tensors.get(name)!.read())])),
      leftOut: [...tensors.keys()].filter((name) => !wanted.has(name)),
    }
  } finally {
    file.close()
  }
}

const prefix = 'backbone.'

type Problem = readonly [name: string, problem: string]

/** Each name that does not fit, and why: those of the network first, then those of the file. */
function problemsOf(
  tensors: ReadonlyMap<string, StoredTensor>,
  wanted: ReadonlyMap<string, Shape>,
  leftOut: RegExp,
): Problem[] {
  const ours = [...wanted].flatMap(([name, shape]): Problem[] => {
    const found = tensors.get(name)
    if (found === undefined) return [[name, 'missing in the file']]
    if (!sameShape(found.shape, shape)) return [[name, `expected [${shape}], got [${found.shape}]`]]
    return isFloating(found.dtype) ? [] : [[name, `expected floating point, got ${found.dtype}`]]
  })
  const unexpected = [...tensors.keys()].filter((name) => !wanted.has(name) && !leftOut.test(name))
  return [...ours, ...unexpected.map((name): Problem => [name, 'not of this network'])]
}
