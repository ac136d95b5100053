// A program as data, its derivative, and both run: by the float64 reference and by ONNX Runtime.
import { gradient } from 'rosette/autodiff'
import { input, matmul, mul, printGraph, reduceSum } from 'rosette/graph'
import { ortBackend, referenceBackend } from 'rosette/runtime'
import { float32 } from 'rosette/tensor'

const x = input('x', [2, 3])
const w = input('w', [3, 1])
const y = matmul(x, w) // [2, 1]
const loss = reduceSum(mul(y, y))
const [dw] = gradient(loss, [w]) // 2·xᵀ·y, [3, 1]
const graph = { outputs: { loss, dw } }
console.log(printGraph(graph))

const feeds = { x: float32([2, 3], [1, 2, 3, 4, 5, 6]), w: float32([3, 1], [1, 0, -1]) }
for (const backend of [referenceBackend(), await ortBackend({ threads: 1 })]) {
  const program = await backend.compile(graph)
  const results = await program.run(feeds)
  console.log(`${backend.name}: loss ${results.loss.data[0]}, dw ${[...results.dw.data].join(' ')}`)
  await program.release()
}
