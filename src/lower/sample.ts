import {
  add,
  and,
  cast,
  constant,
  floor,
  type Graph,
  less,
  max,
  min,
  mul,
  type Node,
  reshape,
  slice,
  staticShape,
  sub,
  transpose,
  type Value,
  where,
} from '../graph/index.ts'
import { int32 } from '../tensor/index.ts'
import { rewriteGraph } from './rewrite.ts'

/**
 * Bilinear sampling as four look-ups and a weighted sum. WebGPU (ONNX Runtime 1.30) has no GridSample: the photos of a batch would come
 * down to the processor and go up again at each step. A batch of symbolic size keeps the operator.
 */
export function plainSampling(graph: Graph): Graph {
  return rewriteGraph(graph, (value) => {
    if (value.op !== 'gridSample') return value
    const isStatic = value.inputs.every(({ shape }) => shape.every((dim) => typeof dim === 'number'))
    return isStatic ? sampled(value.inputs[0], value.inputs[1]) : value
  })
}

/** x [B, C, H, W] at grid [B, H', W', 2] → [B, C, H', W']. */
function sampled(x: Value, grid: Value): Value {
  const [b, c, h, w] = staticShape(x.shape) as [number, number, number, number]
  const [, rows, columns] = staticShape(grid.shape) as [number, number, number]
  const [across, down] = [w, h].map((size, i) => {
    const place = reshape(slice(grid, 3, i, i + 1), [b, rows * columns])
    return between(mul(sub(mul(add(place, 1), size), 1), 0.5), size)
  }) as [Neighbours, Neighbours]
  const pixels = reshape(channelsLast(x), [b * h * w, c])
  const photo = constant(
    int32(
      [b, 1],
      Array.from({ length: b }, (_, i) => i * h * w),
    ),
  )
  const corners = down.flatMap((y) =>
    across.map((x) => {
      // the place in a photo is exact in float32 up to 16 million pixels; the place in a batch may lie beyond
      const pixel = add(cast(add(mul(y.at, w), x.at), 'int32'), photo) // [B, H'·W']
      const weight = reshape(mul(y.weight, x.weight), [b, rows * columns, 1])
      return mul(gatherRows(pixels, pixel), weight) // [B, H'·W', C]
    }),
  )
  const sum = corners.reduce((total, corner) => add(total, corner))
  return transpose(reshape(sum, [b, rows, columns, c]), [0, 3, 1, 2])
}

/** The two pixels on either side of a place, and what each counts: nothing where it lies outside. */
type Neighbours = readonly { readonly at: Value; readonly weight: Value }[]

function between(place: Value, size: number): Neighbours {
  const first = floor(place)
  const share = sub(place, first)
  return [
    { at: first, weight: sub(1, share) },
    { at: add(first, 1), weight: share },
  ].map(({ at, weight }) => ({
    at: min(max(at, 0), size - 1),
    weight: where(and(less(-0.5, at), less(at, size - 0.5)), weight, 0),
  }))
}

/** [B, C, H, W] → [B, H, W, C], where it was made of that: without a copy. */
function channelsLast(x: Value): Value {
  const isTurned = x.op === 'transpose' && x.attrs.perm.join() === '0,3,1,2'
  return isTurned ? x.inputs[0] : transpose(x, [0, 2, 3, 1])
}

function gatherRows(table: Value, rows: Value): Value {
  const shape = [...rows.shape, table.shape[1]!]
  return { op: 'gatherRows', inputs: [table, rows], attrs: {}, shape, dtype: table.dtype } satisfies Node<'gatherRows'>
}
