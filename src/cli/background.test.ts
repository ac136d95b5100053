import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { temporaryFolder, tinyPhoto, tinyRun } from '../../test/model-fixture.ts'
import { decodeImage, encodePng } from '../images/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const output = captureOutput()

/** Four animals: the background tells who it is, the middle of the photo is noise of its own. */
async function photos(masked: boolean, nameOf = (i: number) => `${i}.png`): Promise<string> {
  const folder = temporaryFolder()
  for (const name of ['ana', 'bia', 'caua', 'davi']) {
    mkdirSync(join(folder, name))
    for (let i = 0; i < 4; i++) {
      const options = { name: 'drawn' }
      const place = await decodeImage(await tinyPhoto(name, i), options)
      const animal = await decodeImage(await tinyPhoto(`${name} ${i}`, i), options)
      const data = place.data.slice()
      for (let p = 0; p < place.width * place.height; p++) {
        const [x, y] = [p % place.width, Math.floor(p / place.width)]
        const inside = x >= 10 && x < 30 && y >= 8 && y < 22
        if (inside) data.set(animal.data.subarray(4 * p, 4 * p + 3), 4 * p)
        else if (masked) data[4 * p + 3] = 0
      }
      writeFileSync(join(folder, name, nameOf(i)), await encodePng({ ...place, data }))
    }
  }
  return folder
}

test('a model that knows places loses its score with the background, and that is told', async () => {
  const path = join(temporaryFolder(), 'metrics.json')
  const args = ['evaluate', '--model', tinyRun(), '--threads', '1', '--background', '--overwrite', '--out', path]
  expect(await runProgram([...args, '--data', await photos(true)], commands)).toBe(0)
  const { background, map, chance } = JSON.parse(readFileSync(path, 'utf8'))
  expect(background).toMatchObject({ masked: 16, queries: 16, map: { a: map } })
  expect(background.map.a).toBeGreaterThan(0.6)
  expect(background.map.chanceA).toBe(chance.map)
  expect(background.map.difference).toBeLessThan(-0.2)
  expect(background.map.interval[1]).toBeLessThan(0)
  const filled = `background filled on 16 photos: mAP from ${map.toFixed(3)} to ${background.map.b.toFixed(3)}`
  const ends = background.map.interval.map((end: number) => `−${Math.abs(end).toFixed(3)}`).join(' to ')
  expect(output.stdout).toContain(
    `${filled} (by chance ${chance.map.toFixed(3)}; 95 % interval of the difference: ${ends}); identity-balanced mAP from `,
  )
  expect(background.swapped.map).toMatchObject({ a: map })
  expect(background.swapped.map.difference).toBeLessThan(-0.2) // another individual's place misleads
  expect(background.swapped.map.interval[1]).toBeLessThan(0)
  expect(background.swapped.map.b).not.toBe(background.map.b)
  expect(output.stdout).toContain(`background swapped on 16 photos: mAP from ${map.toFixed(3)} to `)
  expect(await runProgram([...args, '--data', await photos(false)], commands)).toBe(2)
  expect(output.stderr).toContain('--background: no photo has a mask that leaves out some background')
})

test('a report tells the same as evaluate, in its files and on its page', async () => {
  const [run, data, folder] = [tinyRun(), await photos(true), temporaryFolder()]
  const [path, out] = [join(folder, 'metrics.json'), join(folder, 'report')]
  const model = ['--model', run, '--threads', '1', '--overwrite', '--data', data]
  expect(await runProgram(['evaluate', ...model, '--out', path], commands)).toBe(0)
  const { background } = JSON.parse(readFileSync(path, 'utf8'))
  const report = async (...given: readonly string[]) => {
    output.stdout = ''
    const drawn = ['--pixels', '200', '--projection', 'pca', '--explain', '0', '--out', out]
    expect(await runProgram(['report', ...model, ...drawn, ...given], commands)).toBe(0)
    return JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')).background
  }
  expect(background.masked).toBe(16)
  expect(await report()).toEqual(background)
  const line = `background filled on 16 photos: mAP from ${background.map.a.toFixed(3)} to ${background.map.b.toFixed(3)}`
  expect(output.stdout).toContain(`\n${line} (by chance `)
  expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('"background":{"masked":16,')
  expect(await report('--share')).toEqual(background)
  expect(await report('--no-background')).toBeNull()
  expect(output.stdout).not.toContain('background')
})

test('a cross-validation tells it of the queries of all folds together, and nothing where no photo has a mask', async () => {
  const folder = temporaryFolder()
  const small = ['model.backbone=convnext_micro', 'image.widthPx=32', 'image.heightPx=32', 'chunk=4', 'epochs=1']
  const set = [...small, 'schedule.warmupEpochs=0', 'model.embeddingSize=null'].flatMap((one) => ['--set', one])
  const [masked, whole] = [await photos(true), await photos(false)]
  const crossValidated = async (name: string, data: string, ...more: readonly string[]) => {
    output.stdout = ''
    const folds = ['--folds', '2', '--by', 'stratified', '--preset', 'atto', '--batch', '4', '--threads', '1', ...set]
    const how = more.includes('--resume') ? ['--threads', '1'] : folds
    const args = ['cv', '--data', data, '--out', join(folder, name), ...how, ...more]
    expect(await runProgram(args, commands), output.stderr).toBe(0)
    return JSON.parse(readFileSync(join(folder, name, 'cv.json'), 'utf8'))
  }
  const { background, overall, statistics } = await crossValidated('masked', masked)
  expect(background).toMatchObject({ masked: 16, queries: 16 })
  for (const { map } of [background, background.swapped]) {
    expect(map.a).toBeCloseTo(overall.map, 12)
    expect(map.chanceA).toBeCloseTo(statistics.chance.map, 12)
    expect(map.difference).toBeLessThan(-0.2)
    expect(map.interval[1]).toBeLessThan(0)
  }
  const [a, b] = [background.map.a.toFixed(3), background.map.b.toFixed(3)]
  expect(output.stdout).toContain(`\nbackground filled on 16 photos: mAP from ${a} to ${b} (by chance `)
  expect(output.stdout).toContain('\nbackground swapped on 16 photos: mAP from ')
  expect((await crossValidated('whole', whole)).background).toBeNull()
  expect(output.stdout).not.toContain('background')
  const without = await crossValidated('masked', masked, '--resume', '--no-background')
  expect([without.background, without.overall]).toEqual([null, overall])
  expect(output.stdout).not.toContain('background')
}, 60_000)

test('one individual has no intervals: its scores stand, and nothing is said of its background', async () => {
  const path = join(temporaryFolder(), 'metrics.json')
  const data = await photos(true)
  for (const name of ['bia', 'caua', 'davi']) rmSync(join(data, name), { recursive: true })
  const args = ['evaluate', '--model', tinyRun(), '--threads', '1', '--out', path, '--data', data]
  expect(await runProgram(args, commands), output.stderr).toBe(0)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ identities: 1, background: null })
})

test('it is measured unasked where photos have masks and the model sees what is outside of them', async () => {
  const path = join(temporaryFolder(), 'metrics.json')
  const args = ['evaluate', '--model', tinyRun(), '--threads', '1', '--overwrite', '--out', path]
  const measured = async (...given: readonly string[]) => {
    expect(await runProgram([...args, ...given], commands)).toBe(0)
    return JSON.parse(readFileSync(path, 'utf8')).background
  }
  const masked = await photos(true)
  expect(await measured('--data', masked)).toMatchObject({ masked: 16 })
  expect(await measured('--data', masked, '--no-background')).toBeNull()
  expect(await measured('--data', await photos(false))).toBeNull()
})

test('of queries against a gallery too, whose background stays, and by the rule for flanks', async () => {
  const path = join(temporaryFolder(), 'metrics.json')
  const args = ['evaluate', '--model', tinyRun(), '--threads', '1', '--overwrite', '--out', path]
  const data = await photos(true, (i) => `${i % 2 === 0 ? 'left' : 'right'}_${i}.png`)
  const measured = async (...given: readonly string[]) => {
    expect(await runProgram([...args, '--data', data, ...given], commands)).toBe(0)
    return JSON.parse(readFileSync(path, 'utf8'))
  }
  const both = await measured('--gallery', data)
  expect(both.background).toMatchObject({ masked: 16, queries: 16, map: { a: both.map, chanceA: both.chance.map } })
  expect(both.background.map.interval[1]).toBeLessThan(0)
  expect(both.background.swapped.map.interval[1]).toBeLessThan(0)
  expect(output.stdout).toContain(`background filled on 16 queries: mAP from ${both.map.toFixed(3)} to `)
  const own = await measured('--gallery', data, '--flanks', 'same', '--background')
  expect(own.chance.map).not.toBe(both.chance.map)
  expect(own.background.map).toMatchObject({ a: own.map, chanceA: own.chance.map })
  const among = await measured('--flanks', 'same')
  expect(among.chance.map).toBe(own.chance.map)
  expect(among.background.map).toMatchObject({ a: among.map, chanceA: among.chance.map })
  expect((await measured('--gallery', data, '--no-background')).background).toBeNull()
})
