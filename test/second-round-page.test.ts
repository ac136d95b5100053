import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../src/cli/index.ts'
import { runProgram } from '../src/cli/program.ts'
import { openDataset } from '../src/data/index.ts'
import { readRunData } from '../src/run/index.ts'
import { synthesise } from '../src/synth/index.ts'
import { captureOutput } from './captured-output.ts'
import { commandLines, quick } from './doc-commands.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs', 'cross-validation.md'), 'utf8')
const section = page.slice(page.indexOf('## Pseudo-labels: a second round'))
const calls = commandLines(section).map((line) => line.split(/\s+/).slice(2))

describe('docs/cross-validation.md: a second round, on drawn jaguars', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-second-round-'))
  const output = captureOutput()
  const inFolder = (word: string) =>
    /^(runs|jaguars|new-photos|survey|round-two)/.test(word) ? join(folder, word) : word
  const cache = process.env.ROSETTE_CACHE
  beforeAll(async () => {
    process.env.ROSETTE_CACHE = join(folder, 'cache')
    const size = { widthPx: 96, heightPx: 66 }
    await synthesise({
      out: join(folder, 'jaguars'),
      identities: 3,
      photosPerIdentity: 8,
      testPhotosPerIdentity: 2,
      ...size,
    })
    const table = readFileSync(join(folder, 'jaguars', 'test_identities.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
    for (const part of ['new-photos', 'survey-photos']) mkdirSync(join(folder, part))
    const survey = ['filename,identity']
    for (const [i, line] of table.entries()) {
      const [name = '', identity] = line.split(',')
      const bytes = readFileSync(join(folder, 'jaguars', 'test', 'test', name))
      writeFileSync(join(folder, i % 2 === 0 ? 'new-photos' : 'survey-photos', name), bytes)
      if (i % 2 === 1) survey.push(`${name},${identity}`)
    }
    // the very file of a known photo, under another name
    writeFileSync(
      join(folder, 'new-photos', 'again.png'),
      readFileSync(join(folder, 'jaguars', 'train', 'train', 'train_0001.png')),
    )
    writeFileSync(join(folder, 'survey.csv'), `${survey.join('\n')}\n`)
  }, 60_000)
  afterAll(() => {
    if (cache === undefined) delete process.env.ROSETTE_CACHE
    else process.env.ROSETTE_CACHE = cache
    rmSync(folder, { recursive: true, force: true })
  })

  test('its commands run, proposed photos train, and no score counts them', async () => {
    expect(calls.map(([name]) => name)).toEqual(['cv', 'pseudo-label', 'train', 'evaluate'])
    for (const call of calls) {
      const trains = call[0] === 'train' || call[0] === 'cv'
      // networks that learned nothing are sure of nothing
      const more = trains ? quick : call[0] === 'pseudo-label' ? ['--min-confidence', '0.01', '--neighbours', '20'] : []
      expect(await runProgram([...call.map(inFolder), ...more, '--threads', '1'], commands), output.stderr).toBe(0)
    }
    expect(output.stdout).toMatch(
      /known +24 photos of 3 individuals can give a name\nunlabelled +4 photos\nproposed +\d of/,
    )
    expect(output.stdout).toMatch(/1 +the file is a known photo, or one that a model saw in training/)
    const { photos } = openDataset(join(folder, 'round-two.csv'))
    const guessed = photos.filter(({ proposed }) => proposed === true)
    expect(guessed.length).toBeGreaterThan(0)
    expect(photos.length - guessed.length).toBe(24)
    for (const { filename, identity, extra } of guessed) {
      expect(filename).toMatch(/^new-photos\/test_\d+\.png$/)
      expect(photos.map((one) => one.identity)).toContain(identity)
      expect(Number(extra.proposed_confidence)).toBeGreaterThanOrEqual(0.01)
    }
    const { train, validation } = readRunData(join(folder, 'runs', 'round-two'))
    expect(validation.length).toBeGreaterThan(0)
    expect(train).toEqual(expect.arrayContaining(guessed.map(({ filename }) => filename)))
    expect(validation.filter((name) => name.startsWith('new-photos'))).toEqual([])
    expect(existsSync(join(folder, 'round-two.json'))).toBe(true)
  }, 60_000)

  test('a model of one network cannot agree with itself', async () => {
    const args = [
      'pseudo-label',
      '--model',
      'runs/folds/fold-1',
      '--unlabelled',
      'new-photos',
      '--out',
      'round-two.csv',
    ]
    expect(await runProgram([...args.map(inFolder), '--overwrite'], commands)).toBe(2)
    expect(output.stderr).toMatch(/pseudo-label: expected several models, got .*fold-1/)
  })

  test('a table of photos and guesses is scored without the guesses', async () => {
    const args = [
      'evaluate',
      '--model',
      'runs/folds',
      '--data',
      'round-two.csv',
      '--split',
      'all',
      '--out',
      'survey-2.json',
    ]
    expect(await runProgram([...args.map(inFolder), '--threads', '1'], commands), output.stderr).toBe(0)
    expect(output.stdout).toContain('photos with proposed identities are not scored')
    expect(JSON.parse(readFileSync(join(folder, 'survey-2.json'), 'utf8')).photos).toBe(24)
  })
})
