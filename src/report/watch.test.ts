import { afterEach, expect, test } from 'vitest'
import { clusterData } from '../../test/report-fixture.ts'
import type { Curves } from './data.ts'
import { type CurvesServer, serveCurves } from './watch.ts'

const curves = clusterData({ identities: 2, photosEach: 3 }).curves!
let server: CurvesServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

test('a page of the curves as they are now, on this machine alone', async () => {
  let now: Curves | null = null
  server = await serveCurves({ title: 'runs/<b>', read: async () => now, port: 0 })
  expect(server.url).toContain('//127.0.0.1:')
  expect(await (await fetch(server.url)).text()).toContain('no step yet')
  now = { steps: curves.steps.slice(0, 40), validations: [] }
  const first = await (await fetch(server.url)).text()
  expect(first).toContain('epoch 2, step 40, loss')
  expect(first).toContain('40 steps in 2 epochs')
  expect(first).toContain('runs/&lt;b&gt;')
  expect(first).not.toMatch(/<script|<b>/)
  now = curves
  expect(await (await fetch(server.url)).text()).toContain('step 900')
})

test('refuses other names, other paths and other ports that are taken', async () => {
  server = await serveCurves({ title: 'run', read: async () => curves, port: 0 })
  expect((await fetch(`${server.url}../etc/passwd`)).status).toBe(404)
  expect((await fetch(server.url, { method: 'POST' })).status).toBe(404)
  const { request } = await import('node:http')
  const status = await new Promise<number>((resolve, reject) => {
    const asked = request(server!.url, { headers: { host: 'evil.example' } }, (answer) =>
      resolve(answer.statusCode ?? 0),
    )
    asked.once('error', reject)
    asked.end()
  })
  expect(status).toBe(403)
  const port = Number(new URL(server.url).port)
  await expect(serveCurves({ title: 'run', read: async () => null, port })).rejects.toThrow('EADDRINUSE')
})

test('a log that cannot be read is told, and the next request is answered', async () => {
  let broken = true
  const read = async () => {
    if (broken) throw new Error('log.jsonl: line 3: not JSON')
    return curves
  }
  server = await serveCurves({ title: 'run', read, port: 0 })
  const answer = await fetch(server.url)
  expect([answer.status, await answer.text()]).toEqual([500, 'log.jsonl: line 3: not JSON'])
  expect(answer.headers.get('refresh')).toBe('3') // or the browser would stay with the error
  broken = false
  expect((await fetch(server.url)).status).toBe(200)
})
