import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stripedDataset } from './striped-dataset.ts'
import { cli, expectSameRun, interrupted, settings, start, steps, trainCommand } from './train-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'rosette-terminal-'))
const env: NodeJS.ProcessEnv = { ...process.env, ROSETTE_CACHE: join(folder, 'cache'), _: process.execPath }

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** For a shell: quoted where it must be. */
const quoted = (args: readonly string[]) => args.map((arg) => `'${arg}'`).join(' ')

describe.skipIf(process.platform === 'win32')('training and its terminal', () => {
  let data = ''
  const whole = join(folder, 'whole')
  const command = (out: string, ...flags: readonly string[]) =>
    trainCommand(data, out, ...(flags.length > 0 ? flags : settings))

  beforeAll(async () => {
    if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
    data = await stripedDataset()
    const { code, stderr } = await start(command(whole), { env }).ended
    expect(code, stderr).toBe(0)
  })
  afterAll(() => {
    for (const path of [folder, data]) rmSync(path, { recursive: true, force: true })
  })

  async function expectResumed(out: string): Promise<void> {
    const { code, stderr } = await start(command(out, '--resume'), { env }).ended
    expect(code, stderr).toBe(0)
    expect(stderr).toContain('going on after step')
    expectSameRun(out, whole)
  }

  test('a hang-up saves and ends as Ctrl-C does, however often it comes', async () => {
    const out = join(folder, 'hung-up')
    const running = start(command(out), { env })
    const { code, stdout, stderr } = await interrupted(running, out, 4, () => {
      for (let i = 0; i < 3; i++) running.child.kill('SIGHUP')
    })
    expect(code, stderr).toBe(130)
    expect(stderr).toContain('\nsaving and ending\n')
    const saved = /: saved after step (\d+) of 30; go on with --resume\n$/.exec(stdout)?.[1]
    expect(Number(saved)).toBe(steps(out))
    await expectResumed(out)
  })

  test('before its first step, which takes long, it ends within seconds: there is nothing to save', async () => {
    const large = [
      '--preset',
      'brief',
      '--offline',
      '--batch',
      '32',
      '--set',
      'weights=null',
      '--set',
      'validation=none',
    ]
    const running = start(command(join(folder, 'large'), ...large), { env })
    let asked = 0
    running.child.stderr!.on('data', (text) => {
      if (asked > 0 || !String(text).includes('training:')) return
      asked = performance.now()
      running.child.kill('SIGINT')
    })
    const { code, signal, stderr } = await running.ended
    expect([code, signal], stderr).toEqual([null, 'SIGINT'])
    expect(stderr).toContain('saving and ending')
    expect(performance.now() - asked).toBeLessThan(10_000)
  })

  test('after a hang-up another signal is a first one, and does not break off the saving', async () => {
    const out = join(folder, 'logged-out')
    const running = start(command(out), { env })
    const { code, stderr } = await interrupted(running, out, 4, () => {
      running.child.kill('SIGHUP')
      running.child.kill('SIGTERM')
    })
    expect(code, stderr).toBe(130)
    await expectResumed(out)
  })

  test.each([
    ['nohup, from a shell that names it', ['bash', '-c'], (line: string) => `nohup ${line} & echo $!; wait`],
    ['a shell that ignores hang-ups', ['sh', '-c'], (line: string) => `trap '' HUP; ${line} & echo $!; wait`],
  ])('it goes on after %s', async (name, shell, script) => {
    const out = join(folder, name.slice(0, 5))
    const running = start([...shell, script(quoted(command(out)))], { env })
    let pid = 0
    running.child.stdout!.once('data', (text) => {
      pid = Number.parseInt(String(text), 10)
    })
    const { code, stderr } = await interrupted(running, out, 4, () => process.kill(pid, 'SIGHUP'))
    expect(code, stderr).toBe(0)
    expect(stderr).not.toContain('saving and ending')
    expectSameRun(out, whole)
  })

  test('with nobody left to read what it says it trains to the end', async () => {
    const out = join(folder, 'closed')
    const running = start(command(out), { env })
    const { stdout, stderr } = running.child
    const { code, signal } = await interrupted(running, out, 2, () => {
      stderr!.destroy()
      stdout!.destroy()
    })
    expect([code, signal]).toEqual([0, null])
    expectSameRun(out, whole)
  })

  test.skipIf(!existsSync('/dev/full'))('with no room for what it says it trains to the end', async () => {
    const out = join(folder, 'full')
    const full = openSync('/dev/full', 'w')
    const { code } = await start(command(out), { env, stdio: ['ignore', 'pipe', full] }).ended
    closeSync(full)
    expect(code).toBe(0)
    expectSameRun(out, whole)
  })

  test.skipIf(!has('script'))('when its terminal is closed it saves and ends', async () => {
    const [out, told] = [join(folder, 'terminal'), join(folder, 'code')]
    // `script` is the terminal. Its shell ends with it, whereupon the system sends the hang-up to all that it started; a second shell
    // stays to tell how the training ended.
    const inner = join(folder, 'inner.sh')
    writeFileSync(inner, `trap : HUP\n${quoted(command(out))}\necho $? > '${told}'\n`)
    const line = `sh '${inner}'; true`
    const running = start(['script', '-qec', line, '/dev/null'], { env: { ...env, SHELL: '/bin/sh' }, stdio: 'ignore' })
    await interrupted(running, out, 4, () => running.child.kill('SIGKILL'))
    for (let waited = 0; !existsSync(told) && waited < 600; waited++) await new Promise((r) => setTimeout(r, 50))
    expect(readFileSync(told, 'utf8')).toBe('130\n')
    expect(steps(out)).toBeLessThan(30)
    await expectResumed(out)
  })
})
