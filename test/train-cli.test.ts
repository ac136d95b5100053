import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stripedDataset } from './striped-dataset.ts'
import {
  cli,
  type Ended,
  expectSameRun,
  interrupted,
  type Running,
  settings,
  start,
  steps,
  trainCommand,
} from './train-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-train-cli-'))

function train(data: string, out: string, ...flags: readonly string[]): Running {
  return start(trainCommand(data, out, ...flags), { env: { ...process.env, ROSETTE_CACHE: join(folder, 'cache') } })
}

/** Sends a signal as soon as the log has this many steps. */
function signalled(running: Running, out: string, after: number, signal: NodeJS.Signals): Promise<Ended> {
  return interrupted(running, out, after, () => running.child.kill(signal))
}

describe('rosette train', () => {
  let data = ''
  const whole = join(folder, 'whole')

  beforeAll(async () => {
    if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
    data = await stripedDataset()
    const { code, stdout, stderr } = await train(data, whole, ...settings).ended
    expect(code, stderr).toBe(0)
    const [first, score, ...next] = stdout.trimEnd().split('\n')
    expect(first).toBe(`${whole}: trained; the model is ${join(whole, 'model.onnx')}`)
    expect(score).toMatch(
      /^on the photos set aside: rank-1 [01]\.\d{3}, .* \(epoch \d+\); before training: rank-1 0\.\d{3}, /,
    )
    expect(next).toContain(`  npx rosette report --model ${whole}`)
    expect(stderr).toMatch(/training: 30 steps of 8 photos; estimate: \d.* of memory, .* images\/s, about /)
    expect(stderr).toMatch(/epoch 4: validation rank-1 /)
    expect(steps(whole)).toBe(30)
  })
  afterAll(() => {
    for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
  })

  test('killed in its middle, it is resumed to the same bits', async () => {
    const out = join(folder, 'killed')
    const killed = await signalled(train(data, out, ...settings), out, 5, 'SIGKILL')
    expect(killed.signal).toBe('SIGKILL')
    expect(steps(out)).toBeGreaterThanOrEqual(5)
    expect(steps(out)).toBeLessThan(30)
    const { code, stderr } = await train(data, out, '--resume').ended
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/training: 30 steps of 8 photos, going on after step \d+;/)
    expectSameRun(out, whole)
  })

  test('killed before its first checkpoint, it begins again when resumed; Ctrl-C saves, and says how to go on', async () => {
    const out = join(folder, 'stopped')
    const killed = await signalled(train(data, out, ...settings), out, 1, 'SIGKILL')
    expect(killed.signal).toBe('SIGKILL')
    const stopped = await signalled(train(data, out, '--resume'), out, 4, 'SIGINT')
    expect(stopped.code, stopped.stderr).toBe(130)
    expect(stopped.stderr).toContain('saving and ending; press Ctrl-C again to end at once')
    const saved = /: saved after step (\d+) of 30; go on with --resume\n$/.exec(stopped.stdout)
    expect(Number(saved?.[1])).toBe(steps(out))
    expect(existsSync(join(out, 'model.onnx'))).toBe(false)
    const { code, stderr } = await train(data, out, '--resume').ended
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`going on after step ${saved?.[1]}`)
    expectSameRun(out, whole)
  })

  test('mistakes of the caller end with 2, without a stack', async () => {
    const { code, stderr } = await train(data, join(folder, 'never'), '--set', 'epoch=3', '--set', 'clipNorm=-1').ended
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^rosette: config:\n {2}--set epoch: no such key; did you mean epochs\?\n {2}clipNorm: .*\n$/,
    )
    expect(existsSync(join(folder, 'never'))).toBe(false)
  })
})
