import { describe, expect, test } from 'vitest'
import { gradient } from '../src/autodiff/index.ts'
import { Rng } from '../src/base/index.ts'
import { add, cast, input, mul, type OpName, reduceSum, splitDim, type Value } from '../src/graph/index.ts'
import { referenceBackend, type Tensors } from '../src/runtime/index.ts'
import { type DType, sizeOf, type Tensor, type TypedArray, zerosOf } from '../src/tensor/index.ts'
import { measured, webgpu } from './backends.ts'
import { expectClose } from './compare.ts'
import { centralDifferences, evaluate } from './differences.ts'
import { type OpCase, opCases, symbolN } from './op-cases.ts'
import { derivative, float32Op, forSums } from './tolerances.ts'

/** Ops whose true derivative is not passed on: zero takes its place. That of every other op is held against central differences. */
const cutGradient: ReadonlySet<OpName> = new Set(['stopGradient'])

/** Ops that read photos at drawn coordinates, of which neither is trained: to ask for their derivative is an error. */
const noDerivative: ReadonlySet<OpName> = new Set(['gridSample'])

/** What a provider cannot do, by a fault of its own. */
const refused: Readonly<Record<string, string>> = {
  'onnxruntime webgpu: pow [N, 1] by [N, 4]': 'Pow of a last size 1 by a multiple of 4 throws in ONNX Runtime 1.30',
  'onnxruntime webgpu: standardise [2, 2, 5], far from 0': 'its LayerNormalization takes the variance as E[x²] − mean²',
}

/** A software adapter compiles shaders for each case, a third of a second each: of an op the first two and the last one show its kernels. */
const playedCases = (cases: readonly OpCase[]) =>
  cases.length <= 3 ? cases : [...cases.slice(0, 2), ...cases.slice(-1)]

for (const [op, cases] of Object.entries(opCases) as [OpName, readonly OpCase[]][]) {
  describe(op, () => {
    describe.each(cases.map((opCase) => [opCase.title, opCase] as const))('%s', (_, opCase) => {
      const { result, inputs, loss, feeds } = prepare(op, opCase)
      const trained = inputs.filter((x) => x.dtype === 'float32')
      // Graphs of a symbolic size are for inference; only static ones are differentiated.
      const isStatic = [...inputs, result].every((x) => x.shape.every((dim) => typeof dim === 'number'))

      test('has the shape and dtype of its rule', async () => {
        expect(result.op).toBe(op)
        const { y } = await evaluate(referenceBackend(), { y: result }, feeds)
        expect(y!.shape).toEqual(result.shape.map(sizeOfDim))
        expect(y!.dtype).toBe(result.dtype)
        expect(y!.data.length).toBe(sizeOf(y!.shape))
      })

      const isDifferentiated = isStatic && !noDerivative.has(op)
      if (noDerivative.has(op))
        test('has no derivative, and says so', () => {
          for (const x of trained) expect(() => gradient(loss, [x])).toThrow(`gradient: ${op} has no derivative`)
        })

      if (isDifferentiated && trained.length > 0)
        test('has the derivative of central differences', async () => {
          const names = trained.map(nameOf)
          const gradients = Object.fromEntries(gradient(loss, trained).map((dx, i) => [slopeOf(names[i]!), dx]))
          const actual = await evaluate(referenceBackend({ floats: 'float64' }), gradients, feeds)
          const expected = await centralDifferences(loss, names, feeds)
          for (const name of names) {
            if (cutGradient.has(op)) expect(new Set(actual[slopeOf(name)]!.data as Float64Array)).toEqual(new Set([0]))
            else expectClose(`gradient of ${name}`, actual[slopeOf(name)]!, expected[name]!, derivative)
          }
        })

      for (const backend of measured.filter(({ skip }) => skip === undefined)) {
        if (backend === webgpu && !playedCases(cases).includes(opCase)) continue
        const reason = refused[`${backend.name}: ${op} ${opCase.title}`]
        if (reason !== undefined) {
          test.skip(`${backend.name}: ${reason}`)
          continue
        }
        test(`${backend.name} agrees with the reference`, async () => {
          const gradients = isDifferentiated ? gradient(loss, trained) : []
          const outputs = Object.fromEntries([['y', result], ...gradients.map((dx, i) => [`d${i}`, dx])])
          const actual = await evaluate(await backend.create(), outputs, feeds)
          const expected = await evaluate(referenceBackend(), outputs, feeds)
          expect(actual.y!.dtype).toBe(result.dtype)
          expectClose('forward', actual.y!, expected.y!, forSums(float32Op, opCase.terms ?? 1))
          const largest = Math.max(...Object.values(feeds).map(({ data }) => data.length))
          gradients.forEach((_, i) => {
            expectClose(`gradient ${i}`, actual[`d${i}`]!, expected[`d${i}`]!, forSums(float32Op, largest))
          })
        })
      }
    })
  })
}

for (const { name, skip } of measured) if (skip !== undefined) test.skip(`${name}: ${skip}`)

describe('second derivatives', () => {
  const twice: readonly (readonly [OpName, string])[] = [
    ['gelu', '[2, 3, 4]'],
    ['matmul', '[4, 3] by [2, 4], left transposed, right transposed'],
    ['matmul', '[2, 3, 4] by [4, 2]'],
    ['depthwiseConv', '[1, 2, 3, 2], 3×3, pad 2'],
    ['depthwiseConv', '[2, 4, 3, 3], 3×3, pad 1'],
    ['depthwiseConvWeight', '[2, 4, 3, 3], 3×3, pad 1'],
    ['standardise', '[3, 6]'],
    ['inverseDeviation', '[3, 6]'],
    ['div', '[2, 3] by [3]'],
    ['pow', '[2, 3] by [3]'],
    ['sigmoid', '[2, 3, 4]'],
    ['sqrt', '[7]'],
    ['softmax', '[5]'],
  ]
  test.each(twice)('%s %s', async (op, title) => {
    const { inputs, loss, feeds } = prepare(op, opCases[op].find((candidate) => candidate.title === title)!)
    const names = inputs.map(nameOf)
    const directions = inputs.map((x) => input(`direction of ${nameOf(x)}`, x.shape))
    const slope = gradient(loss, inputs)
      .map((dx, i) => reduceSum(mul(dx, directions[i]!)))
      .reduce((sum, term) => add(sum, term))
    const rng = new Rng(`${op} ${title}`)
    const drawn = Object.fromEntries(directions.map((x) => [nameOf(x), draw(rng, x.shape.map(sizeOfDim))]))
    const all = { ...feeds, ...drawn }
    const second = Object.fromEntries(gradient(slope, inputs).map((dx, i) => [slopeOf(names[i]!), dx]))
    const actual = await evaluate(referenceBackend({ floats: 'float64' }), second, all)
    const expected = await centralDifferences(slope, names, all)
    for (const name of names)
      expectClose(`second derivative of ${name}`, actual[slopeOf(name)]!, expected[name]!, derivative)
  })
})

/** The case as a graph: its inputs x0, x1, …, its result, the loss Σ weights·result, and numbers for all of them. */
function prepare(op: OpName, opCase: OpCase) {
  const rng = new Rng(`${op} ${opCase.title}`)
  const inputs = opCase.inputs.map(({ shape, dtype }, i) => input(`x${i}`, shape, dtype))
  const [x0, x1, x2, x3] = inputs
  const result = opCase.build(x0!, x1!, x2!, x3!)
  const loss = reduceSum(mul(cast(result, 'float32'), input('weights', result.shape)))
  const feeds: Record<string, Tensor> = { weights: draw(rng.fork('weights'), result.shape.map(sizeOfDim)) }
  opCase.inputs.forEach(({ shape, dtype, fill }, i) => {
    const sizes = shape.map(sizeOfDim)
    feeds[`x${i}`] = tensorOf(dtype, sizes, fill(rng.fork(i), sizeOf(sizes)))
  })
  return { result, inputs, loss, feeds: feeds as Tensors }
}

function draw(rng: Rng, shape: readonly number[]): Tensor {
  const values = Array.from({ length: sizeOf(shape) }, () => rng.pick([-1, 1]) * rng.uniform(0.5, 2))
  return tensorOf('float32', shape, values)
}

function tensorOf(dtype: DType, shape: readonly number[], values: readonly number[]): Tensor {
  const data: TypedArray = zerosOf(dtype, values.length)
  if (!(data instanceof BigInt64Array)) data.set(values)
  return { dtype, shape, data } as Tensor
}

function sizeOfDim(dim: number | string): number {
  const { coefficient, symbol } = splitDim(dim)
  return symbol === undefined ? coefficient : coefficient * symbolN
}

/** What the gradient of an input is called: an output has a name of its own. */
function slopeOf(name: string): string {
  return `d${name}`
}

function nameOf(value: Value): string {
  return value.op === 'input' ? value.attrs.name : ''
}
