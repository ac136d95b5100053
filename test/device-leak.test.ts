import { describe, expect, test } from 'vitest'
import { add, type Graph, input, slice } from '../src/graph/index.ts'
import { float32 } from '../src/tensor/index.ts'
import { webgpu } from './backends.ts'

const [numbers, steps] = [2 ** 18, 200]

describe.skipIf(webgpu.skip !== undefined)(`buffers on WebGPU ${webgpu.skip ?? ''}`, () => {
  test('two hundred steps leave their number and bytes flat, the memory of the process too', async () => {
    const [w, x] = [input('w', [numbers]), input('x', [])]
    const graph: Graph = {
      outputs: { total: slice(w, 0, 0, 1), 'next/w': add(w, x) },
      carried: { w: 'next/w' },
    }
    const program = await (await webgpu.create()).start(graph, { w: float32([numbers], new Float32Array(numbers)) })
    const run = async (count: number, value: number) => {
      for (let i = 0; i < count; i++) await program.step({ x: float32([], [value]) })
      return { ...program.held(), resident: process.memoryUsage.rss() }
    }
    const before = await run(10, 1)
    const after = await run(steps, 1)
    expect([after.tensors, after.bytes]).toEqual([1, 4 * numbers])
    expect([before.tensors, before.bytes]).toEqual([1, 4 * numbers])
    // a software adapter's buffers lie in the process: one of 1 MB kept a step would be 200 MB
    expect(after.resident - before.resident).toBeLessThan((steps * 4 * numbers) / 4)
    const { w: end } = await program.read(['w'])
    expect([end!.data[0], end!.data[numbers - 1]]).toEqual([steps + 10, steps + 10])
    for (let i = 0; i < 10; i++) await program.checkpoint()
    expect(process.memoryUsage.rss() - after.resident).toBeLessThan(60e6)
    await program.release()
  }, 60_000)
})
