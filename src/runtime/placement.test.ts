import { describe, expect, test } from 'vitest'
import { webgpu } from '../../test/backends.ts'
import { add, gridSample, input } from '../graph/index.ts'
import { placement, placementOf } from './placement.ts'

const line = (text: string) =>
  `2026-11-26 06:35:33.06 [V:onnxruntime:, session_state.cc:1385 VerifyEachNodeIsAssignedToAnEp] ${text}\n`

describe('what ONNX Runtime says of placements', () => {
  test('is read by provider, over all graphs of a session', () => {
    const log = [
      'something else\n',
      line('Node placements'),
      line(' Node(s) placed on [CPUExecutionProvider]. Number of nodes: 2'),
      line('  GridSample (n_GridSample_14)'),
      line('  Shape (n_Shape_3)'),
      line(' Node(s) placed on [WebGpuExecutionProvider]. Number of nodes: 2'),
      line('  Add (n_Add_1)'),
      line('  Mul (n_Mul_2)'),
      line(' All nodes placed on [WebGpuExecutionProvider]. Number of nodes: 7'), // of a loop's body
    ].join('')
    expect(placementOf(log)).toEqual({ placed: 9, fallen: ['GridSample (n_GridSample_14)', 'Shape (n_Shape_3)'] })
  })

  test('is that all nodes fell back where the processor has all', () => {
    const log = line(' All nodes placed on [CPUExecutionProvider]. Number of nodes: 3')
    expect(placementOf(log)).toEqual({ placed: 0, fallen: ['all 3 nodes'] })
  })

  test('must be there', () => {
    expect(() => placementOf('')).toThrow('internal: ONNX Runtime does not say')
  })
})

test.skipIf(webgpu.skip !== undefined)(`an op that WebGPU lacks is told ${webgpu.skip ?? ''}`, async () => {
  const [x, grid] = [input('x', ['N', 3, 4, 4]), input('grid', ['N', 2, 2, 2])]
  const { placed, fallen } = await placement({ outputs: { y: add(gridSample(x, grid), 1) } }, 'webgpu')
  expect(placed).toBeGreaterThanOrEqual(1)
  expect(fallen).toEqual([expect.stringMatching(/^GridSample \(n_GridSample_\d+\)$/)])
})
