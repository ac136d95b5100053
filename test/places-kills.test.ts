import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { encodePng } from '../src/images/index.ts'
import { studio } from '../src/synth/index.ts'
import { folderWith } from './dataset-fixture.ts'
import { tinyRun } from './model-fixture.ts'
import { cli, start } from './train-process.ts'

const [identities, photosOfEach, doneBeforeTheKill] = [3, 3, 2]
const photos = identities * photosOfEach
let data = ''
let run = ''

/** Drawn jaguars in a folder each; the finding of places takes a while for each photo. */
beforeAll(async () => {
  run = tinyRun()
  const from = studio({ identities, seed: 3, widthPx: 320, heightPx: 220 })
  const files: Record<string, Uint8Array> = {}
  for (const [identity, name] of from.names.entries()) {
    const own = from.photos.filter((photo) => photo.identity === identity).slice(0, photosOfEach)
    for (const [i, photo] of own.entries()) files[`${name}/${i}.png`] = await encodePng(from.render(photo))
  }
  expect(Object.keys(files)).toHaveLength(photos)
  data = folderWith(files)
})

/** The files of a folder, by name. */
function contentsOf(folder: string): Record<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name))]))
}

/** The photos whose places the cache has: a file that was written again is another one, and was written later. */
function foundIn(cache: string): ReadonlyMap<string, string> {
  const folder = join(cache, 'local')
  const names = readdirSync(cache).includes('local') ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
  const whole = names.filter((name) => name.endsWith('.safetensors'))
  return new Map(
    whole.map((name) => {
      const { ino, mtimeNs } = statSync(join(folder, name), { bigint: true })
      return [name, `${ino} ${mtimeNs}`]
    }),
  )
}

test.each([
  ['gallery --local', ['gallery', '--local'], 'known'],
  ['embed --match local', ['embed', '--match', 'local'], 'photos.npy'],
] as const)(
  '%s, killed among its keypoints, goes on where it was and ends as if undisturbed',
  async (_, args, name) => {
    const [cache, otherCache, out, whole] = Array.from({ length: 4 }, () => folderWith({})) as [
      string,
      string,
      string,
      string,
    ]
    const rosette = (folder: string, used: string) => {
      const given = ['--model', run, '--data', data, '--out', join(folder, name), '--threads', '1']
      return start([process.execPath, cli, ...args, ...given], { env: { ...process.env, ROSETTE_CACHE: used } })
    }
    const first = rosette(out, cache)
    const wait = setInterval(() => {
      if (foundIn(cache).size >= doneBeforeTheKill) first.child.kill('SIGKILL')
    }, 5)
    const { signal, stderr } = await first.ended
    clearInterval(wait)
    expect(signal, stderr).toBe('SIGKILL')
    const before = foundIn(cache)
    expect(before.size).toBeGreaterThanOrEqual(doneBeforeTheKill)
    expect(before.size).toBeLessThan(photos)

    const again = await rosette(out, cache).ended
    expect(again.code, again.stderr).toBe(0)
    const after = foundIn(cache)
    expect(after.size).toBe(photos)
    for (const [file, written] of before) expect(after.get(file), file).toBe(written)

    const undisturbed = await rosette(whole, otherCache).ended
    expect(undisturbed.code, undisturbed.stderr).toBe(0)
    expect(foundIn(otherCache).size).toBe(photos)
    const [ours, expected] = [contentsOf(out), contentsOf(whole)]
    expect(Object.keys(ours)).toEqual(Object.keys(expected))
    expect(Object.keys(ours).some((file) => file.includes('local'))).toBe(true)
    for (const [file, bytes] of Object.entries(expected)) expect(ours[file]!.equals(bytes), file).toBe(true)
  },
)
