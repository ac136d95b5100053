import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { cellKeypoints } from '../../test/matcher-fixture.ts'
import { temporaryFolder, tinyRun } from '../../test/model-fixture.ts'
import { Rng, writeSealedJson } from '../base/index.ts'
import { encodePng, type ImageRGBA } from '../images/index.ts'
import { coatDescriptor, jointFingerprint } from '../local/index.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'

const [width, height] = [180, 130]
const names = ['Abril', 'Bento', 'Caiman']
const output = captureOutput()
let run = ''
let data = ''
let out = ''
/** Of all tests: the places of a photo are found once. */
const cache = temporaryFolder()

/** A coat of spots as seen from a little elsewhere: turned, moved, in other light. The network, which is random, makes nothing of it. */
function photo(identity: string, shot: number, { mirror = false } = {}): ImageRGBA {
  const coat = new Rng(identity)
  const spots = Array.from(
    { length: 60 },
    () => [coat.uniform(10, 170), coat.uniform(10, 120), coat.uniform(3, 8), coat.uniform(0.5, 1)] as const,
  )
  const view = new Rng(`${identity} ${shot}`)
  const [turn, dx, dy, light] = [
    view.uniform(-0.3, 0.3),
    view.uniform(-8, 8),
    view.uniform(-8, 8),
    view.uniform(0.7, 1),
  ]
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [(mirror ? width - 1 - x : x) - 90, y - 65]
      const [a, b] = [
        u * Math.cos(turn) - v * Math.sin(turn) + 90 + dx,
        u * Math.sin(turn) + v * Math.cos(turn) + 65 + dy,
      ]
      let value = 200
      for (const [sx, sy, r, flat] of spots)
        value -= 120 / (1 + Math.exp(2 * (Math.hypot(a - sx, (b - sy) / flat) - r)))
      data.fill(Math.max(0, Math.round(light * value)), (y * width + x) * 4, (y * width + x) * 4 + 3)
    }
  return { width, height, data }
}

beforeAll(async () => {
  run = tinyRun()
  data = temporaryFolder()
  const tables = { train: ['filename,ground_truth,encounter'], test: [] as string[] }
  for (const part of ['train', 'test'] as const) mkdirSync(join(data, part, part), { recursive: true })
  for (const [i, name] of names.entries()) {
    for (let shot = 0; shot < 4; shot++) {
      const part = shot < 3 ? 'train' : 'test'
      const filename = `${name}_${shot}.png`
      writeFileSync(join(data, part, part, filename), await encodePng(photo(name, shot)))
      if (part === 'train') tables.train.push(`${filename},${name},e${shot}`)
      else tables.test.push(filename)
    }
    expect(tables.test).toHaveLength(i + 1)
  }
  writeFileSync(join(data, 'test', 'test', 'second.png'), await encodePng(photo('Bento', 9)))
  tables.test.push('second.png')
  const pairs = tables.test.flatMap((a) => tables.test.filter((b) => b !== a).map((b) => [a, b]))
  writeFileSync(join(data, 'train.csv'), `${tables.train.join('\n')}\n`)
  const rows = pairs.map(([a, b], row) => `${row},${a},${b}`)
  writeFileSync(join(data, 'test.csv'), `row_id,query_image,gallery_image\n${rows.join('\n')}\n`)
})
beforeEach(() => {
  out = temporaryFolder()
  process.env.ROSETTE_CACHE = cache
})

function rosette(...args: string[]): Promise<number> {
  return runProgram([...args, '--threads', '1'], commands)
}

interface Answer {
  readonly photo: string
  readonly candidates: readonly { identity: string; similarity: number; places?: number; mirrored?: boolean }[]
}

describe('--match', () => {
  it('refuses a gallery of one individual, of which places alone say nothing, and fused counts places of its best photo', async () => {
    const alone = join(out, 'alone.csv')
    writeFileSync(alone, 'filename,identity\nAbril_0.png,Abril\nAbril_1.png,Abril\n')
    const gallery = ['--gallery', alone, '--images', join(data, 'train', 'train')]
    const query = join(data, 'test', 'test', 'Abril_3.png')
    expect(await rosette('identify', '--model', run, ...gallery, query, '--match', 'local')).toBe(2)
    expect(output.stderr).toContain('--match local: the gallery shows one individual, expected two or more')
    output.stdout = ''
    expect(await rosette('identify', '--model', run, ...gallery, query, '--match', 'fused', '--json')).toBe(0)
    expect(output.stderr).toContain('note: the gallery shows one individual')
    const [answer] = JSON.parse(output.stdout) as Answer[]
    expect(answer!.candidates[0]!.places).toBeGreaterThanOrEqual(8)
    const [flat, masks] = [join(out, 'flat.png'), join(out, 'masks')]
    mkdirSync(masks)
    writeFileSync(flat, readFileSync(query))
    writeFileSync(join(masks, 'flat.png'), await encodePng({ width, height, data: new Uint8Array(width * height * 4) }))
    expect(await rosette('identify', '--model', run, ...gallery, flat, '--masks', masks, '--match', 'fused')).toBe(0)
    expect(output.stderr).toMatch(
      /warning: no place of a coat was found on 1 photo: \S*flat\.png\. Their masks are empty/,
    )
  })

  it('local and fused name the animals that a network does not know, and stand in the protocol', async () => {
    const scores: Record<string, number> = {}
    for (const match of ['none', 'local', 'fused']) {
      const file = join(out, `${match}.json`)
      expect(await rosette('evaluate', '--model', run, '--data', data, '--out', file, '--match', match)).toBe(0)
      const metrics = JSON.parse(readFileSync(file, 'utf8')) as { rank1: number; protocol: string }
      scores[match] = metrics.rank1
      const words = {
        none: 'each photo against other encounters',
        local: 'each photo against other encounters; by matched places of the coat alone (RootSIFT)',
        fused: 'each photo against other encounters; similarities fused with matched places of the coat (RootSIFT)',
      }
      expect(metrics.protocol).toBe(words[match as keyof typeof words])
    }
    expect(scores.none).toBeLessThan(1)
    expect(scores.local).toBe(1)
    expect(scores.fused).toBe(1)
  })

  it('a gallery keeps local features, adds to them, and answers without its photos', async () => {
    const gallery = join(out, 'gallery')
    const photos = join(out, 'known')
    for (const name of names) mkdirSync(join(photos, name), { recursive: true })
    for (const name of names) writeFileSync(join(photos, name, `${name}_0.png`), await encodePng(photo(name, 0)))
    expect(await rosette('gallery', '--model', run, '--data', photos, '--out', gallery, '--local')).toBe(0)
    for (const name of names) writeFileSync(join(photos, name, `${name}_1.png`), await encodePng(photo(name, 1)))
    expect(await rosette('gallery', '--model', run, '--data', photos, '--out', gallery, '--append')).toBe(0)
    expect(readdirSync(gallery).filter((name) => name.startsWith('local-'))).toHaveLength(1)
    rmSync(photos, { recursive: true })
    process.env.ROSETTE_CACHE = join(out, 'other cache')
    const query = join(data, 'test', 'test', 'second.png')
    output.stdout = ''
    expect(await rosette('identify', '--model', run, '--gallery', gallery, query, '--match', 'fused', '--json')).toBe(0)
    const [answer] = JSON.parse(output.stdout) as Answer[]
    expect(answer!.candidates[0]).toMatchObject({ identity: 'Bento', mirrored: false })
    expect(answer!.candidates[0]!.places).toBeGreaterThanOrEqual(8)
    expect(answer!.candidates[1]!.places).toBeLessThan(8)
    const file = join(gallery, readdirSync(gallery).find((name) => name.startsWith('local-'))!)
    writeFileSync(file, readFileSync(file).subarray(0, -1))
    expect(await rosette('identify', '--model', run, '--gallery', gallery, query, '--match', 'fused')).toBe(2)
    expect(output.stderr).toContain('damaged: its contents are not those that gallery.json was written with')
  })

  it('somebody’s keypoint network is kept with a gallery, and never mixed with another', async () => {
    process.env.ROSETTE_CACHE = join(out, 'cache') // others left places by RootSIFT
    const gallery = join(out, 'gallery')
    const onnx = cellKeypoints()
    const made = ['gallery', '--model', run, '--out', gallery, '--data', data]
    expect(await rosette(...made, '--local', '--matcher', onnx)).toBe(0)
    const index = JSON.parse(readFileSync(join(gallery, 'gallery.json'), 'utf8')) as {
      local: { name: string }
      sha256: string
    }
    expect(index.local.name).toBe('cells, 400 places of 48 px')
    output.stdout = ''
    const query = join(data, 'test', 'test', 'second.png')
    const asked = ['identify', '--model', run, '--gallery', gallery, query, '--match', 'fused', '--json']
    expect(await rosette(...asked, '--matcher', onnx)).toBe(0)
    expect(output.stderr).not.toContain('local features of')
    const [answer] = JSON.parse(output.stdout) as Answer[]
    expect(answer!.candidates[0]!.places).toBeGreaterThanOrEqual(0)
    // of another matcher nothing is there: its photos would be needed
    expect(await rosette(...asked, '--matcher', 'sift')).toBe(2)
    expect(output.stderr).toMatch(
      /gallery has local features of cells, 400 places of 48 px, none of RootSIFT, 800 keypoints of 512 px: they are found in its photos/,
    )
    expect(output.stderr).toMatch(
      /\d+ photos without features of RootSIFT, 800 keypoints of 512 px cannot be read, the first: \w+_0\.png: no such file/,
    )
    expect(output.stderr).toContain('hint: --gallery-images names the folder in which the photos of a gallery lie')
    expect(output.stderr).not.toContain('--skip-unreadable') // which would not help
    expect(await rosette(...made, '--append')).toBe(2)
    expect(output.stderr).toContain('has local features of cells, 400 places of 48 px, and these would be of RootSIFT')
    // the same matcher, as an older rosette had it
    const { sha256: _, ...content } = index
    writeSealedJson(join(gallery, 'gallery.json'), {
      ...content,
      local: { ...index.local, fingerprint: '0'.repeat(64) },
    })
    output.stderr = ''
    expect(await rosette(...asked, '--matcher', onnx)).toBe(2)
    expect(output.stderr).toMatch(
      /gallery has local features of cells, 400 places of 48 px that an older rosette found, and those of today are others: they are found in its photos/,
    )
    expect(output.stderr).toContain('make the gallery again')
  })

  it('several matchers are matched together: a gallery keeps the features of all, and what each found is added up', async () => {
    const [gallery, photos] = [join(out, 'gallery'), join(out, 'known')]
    for (const name of names) mkdirSync(join(photos, name), { recursive: true })
    for (const name of names) writeFileSync(join(photos, name, `${name}_0.png`), await encodePng(photo(name, 0)))
    const made = ['gallery', '--model', run, '--data', photos, '--out', gallery]
    expect(await rosette(...made, '--local', '--matcher', 'coat', '--matcher', 'sift')).toBe(0)
    const index = JSON.parse(readFileSync(join(gallery, 'gallery.json'), 'utf8')) as { local: { name: string }[] }
    expect(index.local.map(({ name }) => name.replace(/,.*/, ''))).toEqual(['RootSIFT', 'coat descriptor'])
    expect(await rosette(...made, '--append', '--matcher', 'coat')).toBe(2)
    expect(output.stderr).toMatch(
      /has local features of RootSIFT.* \+ coat descriptor.*, and these would be of coat desc/,
    )
    rmSync(photos, { recursive: true })
    process.env.ROSETTE_CACHE = join(out, 'other cache')
    output.stderr = ''
    const asked = ['identify', '--model', run, '--gallery', gallery, join(data, 'test', 'test', 'second.png')]
    const placesBy = async (...matcher: string[]) => {
      output.stdout = ''
      expect(await runProgram([...asked, '--match', 'fused', '--json', ...matcher], commands)).toBe(0)
      const [answer] = JSON.parse(output.stdout) as Answer[]
      expect(answer!.candidates[0]).toMatchObject({ identity: 'Bento', mirrored: false })
      return new Map(answer!.candidates.map(({ identity, places, similarity }) => [identity, { places, similarity }]))
    }
    const [sift, coat, both, again] = [
      await placesBy('--matcher', 'sift', '--threads', '1'),
      await placesBy('--matcher', 'coat', '--threads', '1'),
      await placesBy('--matcher', 'sift,coat', '--threads', '1'),
      await placesBy('--matcher', 'coat', '--matcher', 'sift', '--threads', '2'),
    ]
    expect(again).toEqual(both)
    for (const name of names) expect(both.get(name)!.places).toBe(sift.get(name)!.places! + coat.get(name)!.places!)
    expect(both.get('Bento')!.similarity).toBeGreaterThanOrEqual(sift.get('Bento')!.similarity)
    expect(output.stderr).not.toContain('no local features')
    expect(output.stderr).toContain(`note: ${gallery} has features of coat descriptor`)
    const metrics = join(out, 'metrics.json')
    const asNew = join(data, 'test', 'test', 'new.csv')
    writeFileSync(asNew, 'filename,identity\nsecond.png,Bento\n')
    const scored = ['evaluate', '--model', run, '--data', asNew, '--gallery', gallery, '--out', metrics]
    expect(await rosette(...scored, '--match', 'fused', '--matcher', 'sift,coat')).toBe(0)
    expect((JSON.parse(readFileSync(metrics, 'utf8')) as { protocol: string }).protocol).toMatch(
      /; similarities fused with matched places of the coat \(RootSIFT and coat descriptor\)$/,
    )
    rmSync(asNew)
    expect(await rosette(...asked, '--match', 'fused', '--matcher', 'sift,coat,sift')).toBe(2)
    expect(output.stderr).toContain('--matcher: sift: named twice')
    expect(await rosette(...asked, '--match', 'fused', '--matcher', 'sift,')).toBe(2)
    expect(output.stderr).toContain("'--matcher <M>' argument 'sift,' is invalid. Expected names with one comma")
  })

  it.each([
    ['sift', 8],
    ['coat', 12],
    ['sift,coat', 20],
  ] as const)('tries a query mirrored by %s, tells it, and leaves the similarity alone', async (matcher, chance) => {
    const query = join(out, 'mirrored.png')
    writeFileSync(query, await encodePng(photo('Caiman', 5, { mirror: true })))
    output.stdout = ''
    const asked = ['identify', '--model', run, '--gallery', data, query, '--match', 'fused', '--matcher', matcher]
    expect(await rosette(...asked, '--json')).toBe(0)
    const [answer] = JSON.parse(output.stdout) as Answer[]
    const caiman = answer!.candidates.find(({ identity }) => identity === 'Caiman')!
    expect(caiman.mirrored).toBe(true)
    expect(caiman.places).toBeLessThan(chance)
    const words = 'its mirror image fits Caiman better: was the photo mirrored?'
    expect(output.stderr).toContain(`mirrored.png: ${words}`)
    if (matcher !== 'sift') return
    // what the table, the file and the page say
    output.stdout = ''
    const [csv, html] = [join(out, 'answers.csv'), join(out, 'answers.html')]
    expect(await rosette(...asked)).toBe(0)
    expect(output.stdout).toMatch(/^photo +rank +identity +score +places +best match +mirrored$/m)
    expect(output.stdout).toMatch(/mirrored\.png +1 +\w+ +[\d.]+ +\d+ /)
    expect(output.stdout).toMatch(/mirrored\.png +\d +Caiman .*Caiman_\d\.png +fits better$/m)
    expect(output.stdout).toMatch(/mirrored\.png +\d +Bento .*Bento_\d\.png$/m)
    expect(output.stdout).toContain(words)
    expect(await rosette(...asked, '--csv', csv, '--html', html)).toBe(0)
    const [header, ...rows] = readFileSync(csv, 'utf8').trim().split('\n')
    expect(header).toMatch(/,rests_on,places,mirrored$/)
    expect(rows.find((row) => row.includes(',Caiman,'))).toMatch(/was the photo mirrored\?"?,\d+,yes$/)
    expect(rows.find((row) => row.includes(',Bento,'))).toMatch(/,\d+,no$/)
    const page = readFileSync(html, 'utf8')
    expect(page).toContain(words)
    expect(page).toMatch(/"name":"Caiman","words":"score [\d.]+, \d+ places? agrees?, fits better mirrored"/)
    expect(page).toMatch(/"words":"score [\d.]+(, \d+ places? agrees?)?, fits better mirrored","lines"/)
  })

  it('changes a submission, the same for any number of threads', async () => {
    const [plain, fused, again] = ['plain', 'fused', 'again'].map((name) => join(out, `${name}.csv`)) as [
      string,
      string,
      string,
    ]
    process.env.ROSETTE_CACHE = join(out, 'cache of submissions')
    const embeddings = join(out, 'cache of submissions', 'embeddings')
    expect(await rosette('submit', '--model', run, '--data', data, '--out', plain)).toBe(0)
    expect(existsSync(embeddings)).toBe(false)
    expect(await rosette('submit', '--model', run, '--data', data, '--out', fused, '--match', 'local')).toBe(0)
    expect(output.stdout).toContain('ranked by matched places of the coat alone (RootSIFT)')
    expect(existsSync(embeddings)).toBe(true) // stopped while matching, it need not embed again
    const two = ['submit', '--model', run, '--data', data, '--out', again, '--match', 'local', '--threads', '2']
    expect(await runProgram(two, commands)).toBe(0)
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(fused, 'utf8'))
    const pairs = readFileSync(join(data, 'test.csv'), 'utf8').trim().split('\n').slice(1)
    const scores = readFileSync(fused, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[1]))
    const same = pairs.map((line) => line.includes('Bento_3.png') && line.includes('second.png'))
    const [best, others] = [scores.filter((_, i) => same[i]), scores.filter((_, i) => !same[i])]
    expect(best).toHaveLength(2)
    expect(Math.min(...best)).toBeGreaterThan(0.5)
    expect(Math.max(...others)).toBeLessThan(Math.min(...best))
  })

  it('a calibration with places is followed, and matches by default where it was found to be better', async () => {
    const file = join(out, 'calibration.json')
    const match = ['--match', 'fused', '--calibration', file]
    expect(await rosette('calibrate', '--model', run, '--data', data, '--match', 'fused', '--out', file)).toBe(0)
    const { sha256: _, ...record } = JSON.parse(readFileSync(file, 'utf8')) as Readonly<
      Record<'fused' | 'local' | 'sha256', Record<string, unknown>>
    > // without its seal a file may be edited
    expect(record.fused).toMatchObject({ better: false, shortlist: 25, measured: null, matchers: ['sift'] })
    expect(record.local).toMatchObject({ fusion: { kind: 'local' }, better: false, shortlist: 25, measured: null })
    const asked = ['identify', '--model', run, '--gallery', data, join(data, 'test', 'test', 'second.png'), '--json']
    const answers = async (...more: string[]) => {
      output.stdout = ''
      output.stderr = ''
      expect(await rosette(...asked, ...more)).toBe(0)
      return JSON.parse(output.stdout) as (Answer & { answer: { identity: string; probability: number } })[]
    }
    const [plain] = await answers('--calibration', file)
    expect(plain!.candidates[0]).not.toHaveProperty('places')
    const [alone] = await answers('--calibration', file, '--match', 'local')
    expect(alone!.answer).toMatchObject({ identity: 'Bento', reason: 'unmeasured' })
    expect(alone!.answer.probability).toBeGreaterThan(0.4) // where one of three, or nobody, would be 0.17
    expect(
      await rosette('calibrate', '--model', run, '--data', data, '--match', 'local', '--out', file, '--overwrite'),
    ).toBe(0)
    expect(output.stdout).toContain('nothing was measured') // so that no gain is told, either
    expect(output.stdout).not.toContain('places alone')
    expect(JSON.parse(readFileSync(file, 'utf8'))).not.toHaveProperty('fused')
    expect((await answers('--calibration', file, '--match', 'local'))[0]!.answer.identity).toBe('Bento')
    expect((await answers('--calibration', file, '--match', 'fused'))[0]!.answer.probability).toBeNull()
    expect(output.stderr).toContain('`rosette calibrate --match fused` with the same --matcher makes one for these')
    writeFileSync(file, JSON.stringify({ ...record, fused: { ...record.fused, better: true } }))
    const [fused] = await answers('--calibration', file)
    expect(output.stderr).toContain(
      'note: --match fused, which `rosette calibrate` found to be better; --match none leaves',
    )
    expect(fused!.answer).toMatchObject({ identity: 'Bento' })
    expect(fused!.candidates[0]!.places).toBeGreaterThanOrEqual(8)
    expect(fused!.answer.probability).toBeGreaterThan(plain!.answer.probability)
    const heads = { ...record.fused, fusion: { kind: 'pairHead', intercept: 0, coefficients: [0, 0, 0, 0, 0, 0] } }
    writeFileSync(file, JSON.stringify({ ...record, fused: heads }))
    const metrics = join(out, 'metrics.json')
    expect(await rosette('evaluate', '--model', run, '--data', data, '--out', metrics, ...match)).toBe(0)
    expect((JSON.parse(readFileSync(metrics, 'utf8')) as { tieRate: number }).tieRate).toBe(1) // one score for all pairs
    const ofTwo = { ...heads, fusion: { ...heads.fusion, coefficients: new Array(11).fill(0) } }
    writeFileSync(file, JSON.stringify({ ...record, fused: ofTwo }))
    expect(await rosette('evaluate', '--model', run, '--data', data, '--out', metrics, '--overwrite', ...match)).toBe(2)
    expect(output.stderr).toContain('calibration: it was learnt with 2 matchers, and 1 is asked')
    expect(output.stderr).toContain('hint: name the same with --matcher, or calibrate anew')
    const extractor = jointFingerprint([await coatDescriptor({ threads: 1 })])
    writeFileSync(file, JSON.stringify({ ...record, fused: { ...record.fused, extractor, matchers: ['coat'] } }))
    const [byCoat] = await answers('--calibration', file, '--match', 'fused')
    expect(output.stderr).toContain('note: --matcher coat, with which the calibration was made\n')
    expect(byCoat!.answer.probability).toBeGreaterThan(0)
    expect(
      (await answers('--calibration', file, '--match', 'fused', '--matcher', 'sift'))[0]!.answer.probability,
    ).toBeNull()
    writeFileSync(file, JSON.stringify({ ...record, fused: { ...record.fused, matchers: ['../x.onnx'] } }))
    expect(await rosette(...asked, '--calibration', file, '--match', 'fused')).toBe(2)
    expect(output.stderr).toContain('fused.matchers: expected matchers that rosette brings')
  })
})
