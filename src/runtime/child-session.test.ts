import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { InputError } from '../base/index.ts'
import { add, cast, constant, input, mul, reduceMean, type Value } from '../graph/index.ts'
import { encodeModel, toOnnx } from '../onnx/index.ts'
import { float32, int32, zeros } from '../tensor/index.ts'
import { openOnnx } from './ort.ts'

/** A file with one output. `Mul` becomes another operator, which our graphs do not have. */
function file(y: Value, name: string, product = 'Mul'): string {
  const proto = toOnnx({ outputs: { y } })
  for (const node of proto.graph!.node) if (node.opType === 'Mul') node.opType = product
  const path = join(temporaryFolder(), name)
  writeFileSync(path, encodeModel(proto, '').model)
  return path
}

const x = input('x', ['N', 2])
/** Whole numbers divided by −1, which kills a process where one is −2³¹: 2³¹ is none. */
const least = -(2 ** 31)
const division = () => file(cast(mul(cast(x, 'int32'), constant(int32([], [-1]))), 'float32'), 'least.onnx', 'Div')
/** A file of a few kilobytes that wants 6.4 GB: [40000, 1] + [1, 40000]. */
const hungry = () => {
  const [column, row] = [constant(zeros('float32', [40000, 1])), constant(zeros('float32', [1, 40000]))]
  return file(add(reduceMean(add(add(column, reduceMean(x, {})), row), {}), x), 'hungry.onnx')
}
const given = float32([1, 2], [3, 4])

async function thrown(work: Promise<unknown>): Promise<InputError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(InputError)
  return error as InputError
}

test('a file is run in a process of its own, which ends when it is released', async () => {
  const session = await openOnnx(file(mul(x, 10), 'ten.onnx'), { threads: 2 })
  expect([session.lanes, session.inputs]).toEqual([2, [{ name: 'x', dtype: 'float32', shape: ['N', 2] }]])
  const rows = Array.from({ length: 8 }, (_, i) => float32([1, 2], [i, -i]))
  const results = await Promise.all(rows.map((row) => session.run({ x: row })))
  expect(results.map(({ y }) => [...y!.data])).toEqual(rows.map((_, i) => [10 * i, -10 * i]))
  const memory = zeros('float32', [1, 2])
  expect((await session.run({ x: given }, { y: memory })).y).toBe(memory)
  expect([...memory.data]).toEqual([30, 40])
  await session.release()
  const error = await thrown(session.run({ x: given }))
  expect(error.message).toContain('ten.onnx: ONNX Runtime cannot run it')
})

test('one that kills its process is an error that names it, for all runs under way', async () => {
  const path = division()
  const session = await openOnnx(path, { threads: 1 })
  expect([...(await session.run({ x: given })).y!.data]).toEqual([-3, -4])
  const runs = [1, 2, 3].map(() => thrown(session.run({ x: float32([1, 2], [1, least]) })))
  for (const error of await Promise.all(runs)) {
    expect(error.message).toBe(`${path}: ONNX Runtime cannot run it (its process died of SIGFPE)`)
  }
  await session.release()
})

test('one that kills its process when it is opened', async () => {
  const most = mul(constant(int32([1], [least])), constant(int32([], [-1]))) // computed when the file is opened
  const path = file(add(cast(most, 'float32'), x), 'folded.onnx', 'Div')
  const error = await thrown(openOnnx(path, { threads: 1 }))
  expect(error.message).toBe(`${path}: ONNX Runtime cannot open it (its process died of SIGFPE)`)
})

test('one that needs more memory than the limit', async () => {
  const path = hungry()
  const session = await openOnnx(path, { threads: 1, memoryLimitBytes: 1e9 })
  const error = await thrown(session.run({ x: given }))
  expect(error.message).toBe(
    `${path}: ONNX Runtime cannot run it (it needs more than 1.0 GB of memory, the limit)\n` +
      'hint: fewer photos together need less; `memoryLimitBytes` raises the limit',
  )
  await session.release()
  const none = await thrown(openOnnx(path, { memoryLimitBytes: Number.NaN }))
  expect(none.message).toBe('openOnnx: memoryLimitBytes: expected a number above 0, got NaN')
})

test('what ONNX Runtime says while it runs is an error of the file, and the next run is a new one', async () => {
  const path = file(mul(x, constant(float32([2], [1, 2]))), 'product.onnx', 'MatMul')
  const session = await openOnnx(path, { threads: 1 })
  const error = await thrown(session.run({ x: float32([1, 3], [1, 2, 3]) }))
  expect(error.message).toMatch(/product\.onnx: ONNX Runtime cannot run it \(.*x/s)
  expect([...(await session.run({ x: given })).y!.data]).toEqual([11])
  await session.release()
})

test('no process is left over, though the one that started it was killed', () => {
  const path = file(mul(x, 10), 'left.onnx')
  const dist = new URL('../../dist/runtime/index.js', import.meta.url).href
  const code = `
    const { openOnnx } = await import(${JSON.stringify(dist)})
    await openOnnx(${JSON.stringify(path)}, { threads: 1 })
    const { execFileSync } = await import('node:child_process')
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', process.pid], { encoding: 'utf8' })
    process.stdout.write(children, () => process.kill(process.pid, 'SIGKILL'))`
  let pids = ''
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  } catch (error) {
    pids = String(Reflect.get(Object(error), 'stdout'))
  }
  const [child] = pids.trim().split(/\s+/).map(Number)
  expect(child).toBeGreaterThan(0)
  const isAlive = () => {
    try {
      return process.kill(child!, 0)
    } catch {
      return false
    }
  }
  for (let waited = 0; isAlive() && waited < 50; waited++) execFileSync('sleep', ['0.1'])
  expect(isAlive()).toBe(false)
})
