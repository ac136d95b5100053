import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import type { Located } from './located.ts'
import { locatedCache } from './located-cache.ts'

const located: Located = {
  width: 8,
  height: 6,
  animals: [
    {
      box: { x: 1, y: 1, width: 4, height: 3 },
      confidence: 0.75,
      mask: Uint8Array.from({ length: 48 }, (_, i) => (i % 3) * 127),
    },
    { box: { x: 0, y: 2, width: 5, height: 3 }, confidence: 0.5, class: 'cat' },
  ],
  others: [{ kind: 'person', box: { x: 2, y: 2, width: 2, height: 2 }, confidence: 0.25 }],
}

test('whichever byte of a kept box or mask is changed, or a file is gone or longer, the photo is looked at again', async () => {
  const folder = temporaryFolder()
  const cache = locatedCache('f'.repeat(64), folder)
  expect(cache.read('a')).toBeUndefined()
  const kept = await cache.write('a', located)
  expect(cache.read('a')).toEqual(kept)
  expect(kept.animals.map(({ box, confidence }) => [box, confidence])).toEqual(
    located.animals.map(({ box, confidence }) => [box, confidence]),
  )
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(json|png)$/.test(name))
    .map((name) => join(folder, name))
  expect(files.map((path) => path.slice(-5)).sort()).toEqual(['.json', '0.png'])
  for (const path of files) {
    const whole = readFileSync(path)
    const used: number[] = []
    for (let at = 0; at < whole.length; at += 5) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 1 << (at % 8)
      writeFileSync(path, damaged)
      if (cache.read('a') !== undefined) used.push(at)
    }
    expect(used, path).toEqual([])
    for (const other of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.alloc(1)]), Buffer.alloc(whole.length)]) {
      writeFileSync(path, other)
      expect(cache.read('a'), path).toBeUndefined()
    }
    rmSync(path)
    expect(cache.read('a'), path).toBeUndefined()
    expect(await cache.write('a', located)).toEqual(kept)
    expect(cache.read('a')).toEqual(kept)
  }
})
