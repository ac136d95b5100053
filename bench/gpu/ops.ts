/**
 * How long a depthwise convolution takes on a device, as the training graphs of ConvNeXt-Small have it: forward, and the gradient of its kernel
 * as a convolution with whole planes for kernels and as matrix products (src/lower/kernel-gradients.ts). Eight of each run one behind
 * the other, so that a device's round trip is shared; the same without them is taken off.
 *
 *     node scripts/bench.mjs gpu/ops --device cuda --batch 32
 */
import { parseArgs } from 'node:util'
import { formatTable, median, Rng } from '../../src/base/index.ts'
import {
  add,
  cast,
  depthwiseConv,
  depthwiseConvWeight,
  type Graph,
  input,
  mul,
  reduceSum,
  type Value,
} from '../../src/graph/index.ts'
import { lower, portableTarget } from '../../src/lower/index.ts'
import { type Device, ortBackend } from '../../src/runtime/index.ts'
import { filled, float32, sizeOf } from '../../src/tensor/index.ts'

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cpu' },
    batch: { type: 'string', default: '32' },
    /** Which of the four maps of ConvNeXt-Small. */
    stages: { type: 'string', default: '0,1,2,3' },
    ops: { type: 'string', default: 'forward,products,planes' },
    dtypes: { type: 'string', default: 'float32,float16' },
    repeats: { type: 'string', default: '10' },
  },
})
type DType = 'float32' | 'float16'
/** The op on x, another map of its shape and a kernel. */
type Op = (x: Value, other: Value, kernel: Value) => Value

const count = 8
const ops: Readonly<Record<string, Op>> = {
  nothing: (x) => x,
  forward: (x, _, kernel) => depthwiseConv(x, kernel, 3),
  planes: (x, other) => depthwiseConvWeight(x, other, 3),
  products: (x, other) => {
    const graph: Graph = { outputs: { dw: depthwiseConvWeight(x, other, 3) } }
    return lower(graph, { ...portableTarget, planeKernels: 'none' }).outputs.dw!
  },
}
const backend = await ortBackend({ device: values.device as Device })
const rng = new Rng('ops')

for (const stage of values.stages.split(',').map(Number))
  for (const dtype of values.dtypes.split(',') as DType[]) {
    const nothing = await milliseconds('nothing', stage, dtype)
    for (const name of values.ops.split(',')) {
      const own = (await milliseconds(name, stage, dtype)) - nothing
      const row = [values.device, `stage ${stage + 1}`, dtype, name, (own / count).toFixed(3)]
      process.stdout.write(formatTable(['device', 'map', 'dtype', 'op', 'ms'], [row]).split('\n').at(-1)! + '\n')
    }
  }

/** Of all of them together. */
async function milliseconds(name: string, stage: number, dtype: DType): Promise<number> {
  const [side, channels] = [56 >> stage, 96 << stage]
  const shape = [Number(values.batch), side, side, channels]
  const kernelShape = [channels, 1, 7, 7]
  const drawn = (of: readonly number[]) =>
    float32(
      of,
      Float32Array.from({ length: sizeOf(of) }, () => rng.normal()),
    )
  const parameters = new Map([
    ['x', drawn(shape)],
    ['other', drawn(shape)],
    ['kernel', drawn(kernelShape)],
  ])
  const scale = input('scale', [])
  const each = Array.from({ length: count }, (_, i) => {
    const moved = (what: string, of: readonly number[]) => cast(mul(input(what, of), add(scale, i)), dtype)
    const y = ops[name]!(moved('x', shape), moved('other', shape), moved('kernel', kernelShape))
    return reduceSum(cast(y, 'float32'))
  })
  const program = await backend.compile({ outputs: { sum: each.reduce(add) } }, { parameters })
  const times: number[] = []
  for (let i = 0; i < Number(values.repeats) + 2; i++) {
    const start = performance.now()
    await program.run({ scale: filled([], 1e-3 * i) })
    times.push(performance.now() - start)
  }
  await program.release()
  return median(times.slice(2))
}
