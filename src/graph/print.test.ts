import { expect, test } from 'vitest'
import { filled, float32 } from '../tensor/index.ts'
import { cast, constant, gelu, input, matmul, mul, reduceMean, reshape, standardise, transpose } from './build.ts'
import { printGraph } from './print.ts'

test('a graph is printed one value a line, inputs before their use', () => {
  const pixels = input('pixels', ['N', 4, 3], 'uint8')
  const scaled = mul(cast(pixels, 'float32'), constant(float32([3], [0.25, 0.5, -1])))
  const hidden = gelu(matmul(reshape(scaled, ['N', 12]), constant(filled([5, 12], 1)), { transB: true }))
  const normal = standardise(hidden, 1e-6)
  const outputs = {
    embedding: normal,
    spread: reduceMean(mul(normal, normal), { axes: [1], keepDims: true }),
    turned: transpose(hidden, [1, 0]),
  }
  expect(printGraph({ outputs })).toMatchInlineSnapshot(`
    "@pixels = input() → uint8 [N, 4, 3]
    %0 = cast(@pixels) to=float32 → float32 [N, 4, 3]
    %1 = constant() value={0.25, 0.5, -1} → float32 [3]
    %2 = mul(%0, %1) → float32 [N, 4, 3]
    %3 = reshape(%2) shape=[N, 12] → float32 [N, 12]
    %4 = constant() value={60 numbers} → float32 [5, 12]
    %5 = matmul(%3, %4) transB → float32 [N, 5]
    %6 = gelu(%5) → float32 [N, 5]
    %7 = standardise(%6) eps=0.000001 → float32 [N, 5]
    %8 = mul(%7, %7) → float32 [N, 5]
    %9 = reduceMean(%8) axes=[1] keepDims → float32 [N, 1]
    %10 = transpose(%6) perm=[1, 0] → float32 [5, N]
    return embedding = %7
    return spread = %9
    return turned = %10"
  `)
})
