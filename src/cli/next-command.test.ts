import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import type { ReadingOptions } from '../run/index.ts'
import { commands } from './index.ts'
import { trainSummary } from './train-summary.ts'

afterEach(() => vi.restoreAllMocks())

/** A command line through a shell and through the options of the command that it names; an option that it lacks is an error. */
function parsed(line: string): { readonly name: string; readonly args: readonly string[]; readonly options: object } {
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n')
  const [npx, rosette, name = '', ...given] = words
  expect([npx, rosette]).toEqual(['npx', 'rosette'])
  const command = commands.map((make) => make()).find((one) => one.name() === name)!
  command
    .exitOverride()
    .action(() => {})
    .parse(given, { from: 'user' })
  return { name, args: command.args, options: command.opts() }
}

/** Of a run that measured itself once. */
async function nextCommands(data: string, reading: ReadingOptions) {
  const run = temporaryFolder()
  const scores = { rank1: 0.5, map: 0.5, identityBalancedMap: 0.5 }
  writeFileSync(join(run, 'log.jsonl'), `${JSON.stringify({ kind: 'validation', step: 1, epoch: 1, ...scores })}\n`)
  const [, next = ''] = (await trainSummary(run, data, reading)).split('next:\n')
  return next.split('\n').map((line) => parsed(line.trim()))
}

test('what train proposes next is parsed by the commands that it names, with the options that the training read its photos by', async () => {
  const reading = {
    images: "camera's photos",
    columns: { filename: 'path', identity: 'animal' },
    unidentified: { only: ['X 1', 'Y'] },
    mergeSimilarLabels: true,
    boxFormat: 'xyxy',
    encounterGapMinutes: 90,
    skipUnreadable: true,
    limitPixels: 2_000_000_000 / 2,
  } as const
  const [report, identify] = await nextCommands('known animals.csv', reading)
  expect(report).toMatchObject({ name: 'report', args: [] })
  const read = {
    images: "camera's photos",
    columns: 'filename=path,identity=animal',
    unidentified: { only: ['X 1', 'Y'] },
    mergeSimilarLabels: true,
    boxFormat: 'xyxy',
    skipUnreadable: true,
    limitPixels: 1_000_000_000,
  }
  expect(identify).toMatchObject({ name: 'identify', args: ['NEW_PHOTOS'] })
  expect(identify!.options).toMatchObject({ gallery: 'known animals.csv', ...read })
})

test('after a training with boxes of a detector, or masks, it is a gallery with these, and those of the new photos', async () => {
  const [, gallery, identify] = await nextCommands('photos', {
    detections: 'md.json',
    confidence: 0.4,
    masks: 'cut out',
  })
  expect(gallery).toMatchObject({
    name: 'gallery',
    options: { data: 'photos', detections: 'md.json', confidence: 0.4, masks: 'cut out' },
  })
  const { out } = gallery!.options as { readonly out: string }
  expect(identify).toMatchObject({
    name: 'identify',
    args: ['NEW_PHOTOS'],
    options: { gallery: out, detections: 'NEW.json', masks: 'NEW_MASKS' },
  })
})
