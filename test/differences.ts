import { expect } from 'vitest'
import type { Value } from '../src/graph/index.ts'
import { type Backend, type Program, referenceBackend, type Tensors } from '../src/runtime/index.ts'
import { type Tensor, tensor } from '../src/tensor/index.ts'
import { expectClose } from './compare.ts'
import { differenceStep, roundedToFloat32 } from './tolerances.ts'

/** Runs once what `outputs` name. */
export async function evaluate(
  backend: Backend,
  outputs: Readonly<Record<string, Value>>,
  feeds: Tensors,
): Promise<Record<string, Tensor>> {
  const program = await backend.compile({ outputs })
  try {
    return await program.run(feeds)
  } finally {
    await program.release()
  }
}

/** (L(x + ε) − L(x − ε)) / 2ε for every element of the named feeds, in float64 on the reference evaluator. */
export async function centralDifferences(
  loss: Value,
  names: readonly string[],
  feeds: Tensors,
): Promise<Record<string, Tensor>> {
  const program = await referenceBackend({ floats: 'float64' }).compile({ outputs: { loss } })
  const slopes: Record<string, Tensor> = {}
  for (const name of names) {
    const { shape, data } = feeds[name]!
    const at = Float64Array.from(data as Float32Array)
    const slope = new Float64Array(at.length)
    for (let i = 0; i < at.length; i++) {
      const middle = at[i]!
      const lossAt = async (value: number) => {
        at[i] = value
        return runLoss(program, { ...feeds, [name]: tensor('float64', shape, at) })
      }
      slope[i] =
        ((await lossAt(middle + differenceStep)) - (await lossAt(middle - differenceStep))) / 2 / differenceStep
      at[i] = middle
    }
    slopes[name] = tensor('float64', shape, slope)
  }
  return slopes
}

async function runLoss(program: Program, feeds: Tensors): Promise<number> {
  const { loss } = await program.run(feeds)
  return Number(loss!.data[0])
}

/** A rewritten graph computes what `y` was: shape and values, in float32 on the reference evaluator. */
export async function expectRewritten(
  outputs: Readonly<Record<string, Value>>,
  y: Value,
  feeds: Tensors,
): Promise<void> {
  expect(outputs.y!.shape).toEqual(y.shape)
  const actual = await evaluate(referenceBackend(), outputs, feeds)
  const expected = await evaluate(referenceBackend(), { y }, feeds)
  expectClose('y', actual.y!, expected.y!, roundedToFloat32)
}
