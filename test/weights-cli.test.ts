import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeSafetensors, float32 } from '../src/tensor/index.ts'
import { type LocalHub, localHub, sha256 } from './local-hub.ts'

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const weights = Buffer.concat(encodeSafetensors([['w', float32([100_000], new Float32Array(100_000).fill(2))]]))
const commit = 'ab'.repeat(20)

let hub: LocalHub
let cache = ''
beforeEach(async () => {
  const model = { commit, files: { 'model.safetensors': weights } }
  hub = await localHub({ 'timm/atto.d2_in1k': model, 'timm/convnext_atto.d2_in1k': model })
  cache = mkdtempSync(join(tmpdir(), 'rosette-weights-cli-'))
})
afterEach(async () => {
  await hub.close()
  rmSync(cache, { recursive: true })
})

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const env = { ...process.env, HF_HUB_CACHE: cache, HF_ENDPOINT: hub.endpoint.href, HF_HUB_OFFLINE: '', NO_PROXY: '*' }
  const child = spawn(process.execPath, [cli, 'weights', ...args], { env })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text) => (stdout += text))
  child.stderr.on('data', (text) => (stderr += text))
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr }))) }
}
const weightsCommand = (...args: readonly string[]) => start(...args).ended
const fromStore = () =>
  hub.asked.filter(({ server }) => server === 'store').map(({ headers }) => headers.range ?? 'all')
const path = () => join(cache, 'models--timm--atto.d2_in1k', 'snapshots', commit, 'model.safetensors')

test('pull, list, verify', async () => {
  expect(await weightsCommand('pull', 'atto.d2_in1k')).toEqual({ code: 0, stdout: `${path()}\n`, stderr: '' })
  const list = await weightsCommand('list')
  expect(list).toMatchObject({ code: 0, stderr: '' })
  expect(list.stdout).toContain(`timm/atto.d2_in1k  abababab  400 kB  ${path()}`)
  expect((await weightsCommand('verify', 'timm/atto.d2_in1k')).stdout).toMatch(/400 kB {2}right {2}/)

  const blob = join(cache, 'models--timm--atto.d2_in1k', 'blobs', sha256(weights))
  writeFileSync(blob, Buffer.from(weights).fill(1, 1000, 1001))
  const wrong = await weightsCommand('verify')
  expect(wrong).toMatchObject({
    code: 1,
    stderr: 'rosette: 1 of 1 file is not what it should be: remove it and pull again\n',
  })
  expect(wrong.stdout).toContain('WRONG CHECKSUM')
  rmSync(blob)
  expect((await weightsCommand('verify')).stdout).toContain('MISSING')
  expect((await weightsCommand('pull', 'atto.d2_in1k')).code).toBe(0)
  expect(readFileSync(path()).equals(weights)).toBe(true)
})

test('an architecture stands for timm’s default weights, which are told', async () => {
  const pulled = await weightsCommand('pull', 'convnext_atto')
  expect(pulled).toMatchObject({
    code: 0,
    stderr: "note: convnext_atto: timm's default weights, timm/convnext_atto.d2_in1k\n",
  })
  expect(pulled.stdout).toContain(join('models--timm--convnext_atto.d2_in1k', 'snapshots', commit))
  expect((await weightsCommand('list', 'convnext_atto')).stdout).toContain('timm/convnext_atto.d2_in1k  abababab')
  const shipped = await weightsCommand('pull', 'convnext_mini', '--offline')
  expect(shipped.stderr).toBe('note: convnext_mini: the weights that come with rosette, convnext_mini.drawn_jaguars\n')
  expect(shipped.stdout).toContain(join('presets', 'convnext_mini.drawn_jaguars.safetensors'))
  const none = await weightsCommand('pull', 'convnext_micro')
  expect([none.code, none.stderr]).toEqual([
    2,
    'rosette: convnext_micro: no pretrained weights are offered for this architecture\n',
  ])
})

test('a snapshot of plain copies is verified as far as it can be', async () => {
  mkdirSync(join(path(), '..'), { recursive: true })
  writeFileSync(path(), weights)
  for (const names of [[], ['atto.d2_in1k']]) {
    const verified = await weightsCommand('verify', ...names)
    expect([verified.code, verified.stderr]).toEqual([0, ''])
    expect(verified.stdout).toMatch(/timm\/atto\.d2_in1k {2}400 kB {2}no checksum known {2}/)
  }
})

test('what cannot be done is exit 2', async () => {
  const offline = await weightsCommand('pull', 'atto.d2_in1k', '--offline')
  expect(offline.code).toBe(2)
  expect(offline.stderr).toContain('rosette: timm/atto.d2_in1k: cannot be fetched from 127.0.0.1')
  expect(offline.stderr).toContain(
    'hint: where the network is open: curl -fL -o atto.d2_in1k.safetensors http://127.0.0.1',
  )
  expect(hub.asked).toEqual([])
  expect((await weightsCommand('pull')).stderr).toContain('expected a NAME')
  expect((await weightsCommand('push')).stderr).toBe(
    'rosette: rosette weights: expected pull, list, verify, got push\n',
  )
  expect((await weightsCommand('verify', 'atto.d2_in1k')).stderr).toContain('no timm/atto.d2_in1k')
  expect(await weightsCommand('list', 'atto.d2_in1k')).toEqual(await weightsCommand('verify', 'atto.d2_in1k'))
  expect(await weightsCommand('list')).toEqual({ code: 0, stdout: `${cache}: no models\n`, stderr: '' })
})

test('two processes at once: both have it, one downloads', async () => {
  hub.faults.delayMs = 1500 // longer than a process takes to start
  const both = await Promise.all([weightsCommand('pull', 'atto.d2_in1k'), weightsCommand('pull', 'timm/atto.d2_in1k')])
  for (const ended of both) expect(ended).toEqual({ code: 0, stdout: `${path()}\n`, stderr: '' })
  expect(readFileSync(path()).equals(weights)).toBe(true)
  expect(fromStore()).toEqual(['all'])
})

test('killed in the middle, it goes on from there', async () => {
  hub.faults = { cutAfter: [200_000], cutWaitMs: 20_000 }
  const partial = join(cache, 'models--timm--atto.d2_in1k', 'blobs', `${sha256(weights)}.rosette.incomplete`)
  const { child, ended } = start('pull', 'atto.d2_in1k')
  while (statSync(partial, { throwIfNoEntry: false })?.size !== 200_000)
    await new Promise((resolve) => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  await ended
  rmSync(join(cache, '.locks'), { recursive: true }) // as it would count after 15 seconds
  expect((await weightsCommand('pull', 'atto.d2_in1k')).code).toBe(0)
  expect(readFileSync(path()).equals(weights)).toBe(true)
  expect(fromStore().at(-1)).toBe('bytes=200000-')
})
