import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { InputError } from '../src/base/index.ts'
import { add, type Graph, input, less, mul, reduceSum, where } from '../src/graph/index.ts'
import type { Backend, StatefulProgram, Tensors } from '../src/runtime/index.ts'
import { float32, int32, type Tensor } from '../src/tensor/index.ts'
import { cpuLoop, implementations } from './backends.ts'

const numbers = ({ data }: Tensor) => Array.from(data, Number)

/** w ← w + rate · x · scale, n ← n + 1, and the sum of the old w; scale is state that no step changes. */
function accumulator(): Graph {
  const [w, x, scale, n] = [input('w', [3]), input('x', [3]), input('scale', []), input('n', [2], 'int32')]
  return {
    outputs: { total: reduceSum(w, { axes: [0] }), 'next/w': add(w, mul(x, scale)), 'next/n': add(n, n) },
    carried: { w: 'next/w', n: 'next/n' },
  }
}
const begin = () => ({ w: float32([3], [1, 2, 3]), n: int32([2], [1, 5]), scale: float32([], [10]) })
const ones = { x: float32([3], [1, 1, 1]) }

describe.each([...implementations, cpuLoop].filter(({ skip }) => skip === undefined))('$name', ({ create }) => {
  let backend: Backend
  const programs: StatefulProgram[] = []

  beforeAll(async () => {
    backend = await create()
  })
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.release()
  })
  async function start(state: Tensors = begin(), graph = accumulator()): Promise<StatefulProgram> {
    const program = await backend.start(graph, state)
    programs.push(program)
    return program
  }

  test('a step returns what is not carried over, and reads what the step before it wrote', async () => {
    const program = await start()
    expect(Object.keys(await program.step(ones))).toEqual(['total'])
    const { total } = await program.step({ x: float32([3], [0, 1, 2]) })
    expect(numbers(total!)).toEqual([11 + 12 + 13])
    const { w, n, scale } = await program.read(['w', 'n', 'scale'])
    expect([w, n, scale].map((t) => numbers(t!))).toEqual([[11, 22, 33], [4, 20], [10]])
  })

  test('what is read holds until the next step, and then the state has moved on', async () => {
    const program = await start()
    const { w: before } = await program.read(['w'])
    expect(numbers(before!)).toEqual([1, 2, 3])
    for (let i = 0; i < 3; i++) await program.step(ones)
    expect(numbers((await program.read(['w'])).w!)).toEqual([31, 32, 33])
  })

  test('a checkpoint is the whole state; another program goes on from it as if nothing had happened', async () => {
    const whole = await start()
    for (let i = 0; i < 5; i++) await whole.step(ones)
    const first = await start()
    for (let i = 0; i < 2; i++) await first.step(ones)
    const second = await start(await first.checkpoint())
    for (let i = 0; i < 3; i++) await second.step(ones)
    const [a, b] = [await whole.checkpoint(), await second.checkpoint()]
    expect(Object.keys(b).sort()).toEqual(['n', 'scale', 'w'])
    for (const name of ['n', 'scale', 'w']) expect(numbers(b[name]!)).toEqual(numbers(a[name]!))
  })

  test('write replaces what it names, carried over or not', async () => {
    const program = await start()
    await program.step(ones)
    await program.write({ w: float32([3], [0, 0, 1]), scale: float32([], [2]) })
    await program.step(ones)
    const { w, n } = await program.checkpoint()
    expect([numbers(w!), numbers(n!)]).toEqual([
      [2, 2, 3],
      [4, 20],
    ])
  })

  test('a step that throws leaves the state as it was', async () => {
    const program = await start()
    await program.step(ones)
    await expect(program.step({})).rejects.toThrow("input 'x' is missing")
    await expect(program.step({ x: float32([4], [1, 1, 1, 1]) })).rejects.toThrow(InputError)
    expect(numbers((await program.read(['w'])).w!)).toEqual([11, 12, 13])
  })

  test('steps are one after the other, each told of, and the last one’s state stays', async () => {
    const program = await start()
    const rows = [1, 2, 3, 4, 5, 6].map((x) => ({ x: float32([3], [x, 0, 0]) }))
    const told = await program.steps(rows)
    expect(told.map((own) => Object.keys(own))).toEqual(rows.map(() => ['total']))
    expect(told.map(({ total }) => numbers(total!))).toEqual([[6], [16], [36], [66], [106], [156]])
    expect(told[0]!.total!.shape).toEqual([])
    const { w, n } = await program.read(['w', 'n'])
    expect([w, n].map((t) => numbers(t!))).toEqual([
      [211, 2, 3],
      [64, 320],
    ])
    await expect(program.steps([ones, {}])).rejects.toThrow("input 'x' is missing")
    expect(program.together).toBeGreaterThanOrEqual(1)
  })

  test('a step that halts is the last of its row', async () => {
    const { outputs, carried } = accumulator()
    const over = where(less(50, outputs.total!), 1, 0)
    const program = await start(begin(), { outputs: { ...outputs, over }, carried: carried!, haltsAt: 'over' })
    const told = await program.steps([3, 2, 1, 0, 0, 0].map((x) => ({ x: float32([3], [x, 0, 0]) })))
    expect(told.map(({ total, over: stop }) => [...numbers(total!), ...numbers(stop!)])).toEqual([
      [6, 0],
      [36, 0],
      [56, 1],
    ])
    expect(numbers((await program.read(['w'])).w!)).toEqual([61, 2, 3]) // its own change is kept
    expect(await program.steps([ones])).toHaveLength(1)
  })

  test('state that no graph reads is kept', async () => {
    const program = await start({ ...begin(), later: float32([2], [7, 8]) })
    await program.step(ones)
    expect(numbers((await program.checkpoint()).later!)).toEqual([7, 8])
  })

  test('two hundred steps hold as much as one', async () => {
    const program = await start()
    await program.step(ones)
    const after1 = program.held()
    for (let i = 1; i < 200; i++) await program.step(ones)
    expect(program.held()).toEqual(after1)
    expect(after1.bytes).toBeGreaterThanOrEqual(3 * 4 + 2 * 4 + 4)
    expect(numbers((await program.read(['w'])).w!)).toEqual([2001, 2002, 2003])
  })

  test.each([
    ['missing', { w: float32([3], [1, 2, 3]), scale: float32([], [1]) }, "'n' is missing"],
    ['of another shape', { ...begin(), w: float32([4], [1, 2, 3, 4]) }, "'w', expected float32 [3], got float32 [4]"],
    ['of another dtype', { ...begin(), scale: int32([], [1]) }, "'scale', expected float32 [], got int32 []"],
  ])('a state with a tensor %s is an InputError that names it', async (_, state, message) => {
    const started = start(state)
    await expect(started).rejects.toThrow(InputError)
    await expect(started).rejects.toThrow(message)
  })

  test('a name that the state has not is an InputError, for reading and writing', async () => {
    const program = await start()
    await expect(program.read(['v'])).rejects.toThrow("there is no 'v'")
    await expect(program.write({ v: float32([], [1]) })).rejects.toThrow("there is no 'v'")
    await expect(program.write({ w: float32([1], [1]) })).rejects.toThrow("'w', expected float32 [3], got float32 [1]")
  })

  test('what is carried over must fit its input', async () => {
    const w = input('w', [3])
    const graph = (carried: Record<string, string>): Graph => ({
      outputs: { sum: reduceSum(w, { axes: [0] }) },
      carried,
    })
    const state = { w: float32([3], [1, 2, 3]) }
    await expect(start(state, graph({ w: 'sum' }))).rejects.toThrow("'w' is float32 [3], carried over as float32 []")
    await expect(start(state, graph({ w: 'next' }))).rejects.toThrow(
      "by the output 'next', which the graph does not have",
    )
    await expect(start(state, graph({ v: 'sum' }))).rejects.toThrow("to the input 'v', which the graph does not read")
  })
})
