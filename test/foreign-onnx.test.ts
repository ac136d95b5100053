import { execFile } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Rng } from '../src/base/index.ts'
import { add, cast, constant, input, mul, reduceMean, reshape, sub, type Value } from '../src/graph/index.ts'
import { encodeModel, toOnnx } from '../src/onnx/index.ts'
import { openOnnx } from '../src/runtime/index.ts'
import { int32, zeros } from '../src/tensor/index.ts'
import { temporaryFolder, tinyKaggle } from './model-fixture.ts'

const cli = join(import.meta.dirname, '..', 'dist', 'cli.js')
let data = ''
beforeAll(async () => {
  if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
  data = await tinyKaggle()
})

const x = input('image', ['N', 3, 2, 3])
const pixels = reshape(x, ['N', 18])

/** Somebody's file and its description. `Mul` becomes `Div`, which is −2³¹ / −1 below: no whole number, and the end of a process. */
function somebodys(features: Value): string {
  const folder = temporaryFolder()
  const proto = toOnnx({ outputs: { features } })
  for (const node of proto.graph!.node) if (node.opType === 'Mul') node.opType = 'Div'
  const path = join(folder, 'somebodys.onnx')
  writeFileSync(path, encodeModel(proto, '').model)
  const description = {
    ...{ format: 'rosette-model', version: 1, name: 'somebody’s', model: 'somebodys.onnx' },
    input: { layout: 'NCHW', dtype: 'float32', channels: 'RGB', heightPx: 2, widthPx: 3 },
    ...{ output: { size: 18, normalised: false }, preprocess: { resize: 'squash', kernel: 'bilinear' } },
    flipAveraging: 'none',
  }
  writeFileSync(join(folder, 'somebodys.model.json'), JSON.stringify(description))
  return path
}

const least = constant(int32([], [-(2 ** 31)]))
const minusOne = constant(int32([], [-1]))
const killsWhenRun = () =>
  somebodys(add(cast(mul(add(cast(sub(pixels, pixels), 'int32'), least), minusOne), 'float32'), pixels))
const killsWhenOpened = () => somebodys(add(cast(mul(least, minusOne), 'float32'), pixels))
/** 6.4 GB in a file of 320 kB. */
const hungry = () => {
  const [column, row] = [constant(zeros('float32', [40000, 1])), constant(zeros('float32', [1, 40000]))]
  return somebodys(add(reduceMean(add(add(column, reduceMean(pixels, {})), row), {}), pixels))
}
const sound = () => somebodys(add(pixels, 1))

function embed(model: string, ...more: readonly string[]) {
  const out = temporaryFolder()
  return rosette(out, 'embed', '--model', model, '--data', data, '--out', join(out, 'e.npy'), '--threads', '2', ...more)
}

/** Runs a command that may write into the folder `out`. */
function rosette(out: string, ...args: readonly string[]) {
  return new Promise<{ code: unknown; stderr: string; files: readonly string[] }>((resolve) => {
    execFile(process.execPath, [cli, ...args], (error, _, stderr) =>
      resolve({ code: error?.code ?? error?.signal ?? 0, stderr, files: readdirSync(out) }),
    )
  })
}

describe('a file that somebody made', () => {
  test.each([
    ['ends its process when it is run', killsWhenRun, 'cannot run it (its process died of SIGFPE)', []],
    ['ends its process when it is opened', killsWhenOpened, 'cannot open it (its process died of SIGFPE)', []],
    [
      'takes more memory than it may',
      hungry,
      'cannot run it (it needs more than 1.0 GB of memory, the limit)\n' +
        'hint: fewer photos together need less; --memory-limit raises the limit',
      ['--memory-limit', '1'],
    ],
  ] as const)('and that %s is told by name: exit 2, and nothing is written', async (_, make, words, flags) => {
    const path = make()
    const { code, stderr, files } = await embed(path, ...flags)
    expect(stderr.slice(stderr.indexOf('rosette: '))).toBe(`rosette: ${path}: ONNX Runtime ${words}\n`)
    expect([code, files]).toEqual([2, []])
  })

  test('and that takes more memory than training a head on it may', async () => {
    const [path, out] = [hungry(), temporaryFolder()]
    const head = ['--backbone', path, '--freeze', '--memory-limit', '1', '--threads', '2']
    const { code, stderr, files } = await rosette(out, 'train', '--data', data, '--out', join(out, 'run'), ...head)
    expect(stderr.slice(stderr.indexOf('rosette: '))).toBe(
      `rosette: ${path}: ONNX Runtime cannot run it (it needs more than 1.0 GB of memory, the limit)\n` +
        'hint: fewer photos together need less; --memory-limit raises the limit\n',
    )
    expect([code, files]).toEqual([2, []])
  })

  test('and that is sound embeds', async () => {
    const { code, stderr, files } = await embed(sound(), '--memory-limit', '1')
    expect(code, stderr).toBe(0)
    expect([...files].sort()).toEqual(['e.csv', 'e.npy'])
  })

  test('and in which bytes have changed is opened, or refused by name', async () => {
    const [path, rng] = [sound(), new Rng('mutations')]
    const { model } = encodeModel(toOnnx({ outputs: { features: add(pixels, 1) } }), '')
    for (let i = 0; i < 8; i++) {
      const mutated = Uint8Array.from(model)
      mutated[rng.int(mutated.length)] = rng.int(256)
      writeFileSync(path, mutated)
      const outcome = await openOnnx(path, { threads: 1, memoryLimitBytes: 1e9 }).then(
        async (session) => session.release(),
        (error: unknown) => String(error),
      )
      if (outcome !== undefined) expect(outcome).toContain(`InputError: ${path}: ONNX Runtime cannot open it (`)
    }
  })
})
