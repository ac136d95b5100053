import { expect, test } from 'vitest'
import { implementations } from '../../test/backends.ts'
import { add, input, matmul } from '../graph/index.ts'
import { float32 } from '../tensor/index.ts'

const x = input('x', ['N', 2])
const graph = { outputs: { y: add(matmul(x, input('w', [2, 2])), input('b', [2])) } }

for (const { name, create, skip } of implementations) {
  test.skipIf(skip !== undefined)(`${name}: parameters are part of the program`, async () => {
    const backend = await create()
    const parameters = new Map([
      ['w', float32([2, 2], [1, 2, 3, 4])],
      ['elsewhere', float32([1], [1])],
    ])
    const program = await backend.compile(graph, { parameters })
    const b = float32([2], [10, 20])
    expect([...(await program.run({ x: float32([1, 2], [1, 1]), b })).y!.data]).toEqual([14, 26])
    expect([...(await program.run({ x: float32([2, 2], [1, 0, 0, 1]), b })).y!.data]).toEqual([11, 22, 13, 24])
    await expect(program.run({ x: float32([1, 2], [1, 1]) })).rejects.toThrow("input 'b' is missing")
    await program.release()
  })
}
