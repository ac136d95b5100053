import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { folderWith } from '../../test/dataset-fixture.ts'
import { type Manifest, openDataset } from '../data/index.ts'
import { encodePng } from '../images/index.ts'
import { commands } from './index.ts'
import { addDataOptions, type DataFlags, dataOptions } from './options.ts'
import { runProgram } from './program.ts'

const output = captureOutput()

interface Source {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  /** Photos, 40 × 20 pixels. */
  readonly photos: readonly string[]
  /** The folder or table in it; '' for the folder. */
  readonly data: string
  readonly flags?: readonly string[]
  /** Of `split` alone. */
  readonly splitFlags?: readonly string[]
  /** What `split` says is needed to read its table: names of flags. */
  readonly needed: readonly string[]
  /** The header of its table, where it is of interest. */
  readonly header?: string
}

const animal = (x: number) => ({ category: '1', conf: 0.9, bbox: [x, 0.2, 0.25, 0.5] })
const individuals = ['Ana', 'Ana', 'Bo', 'Bo']
const names = ['a.png', 'b.png', 'c.png', 'd.png']
const rowsOf = (header: string, cells: (name: string, i: number) => string) =>
  `${[header, ...names.map((name, i) => cells(name, i))].join('\n')}\n`

const sources: readonly Source[] = [
  {
    name: 'a folder with levels for dates and flanks',
    photos: [
      'Ana/2024-05-01/left/1.png',
      'Ana/2024-05-02/right/1.png',
      'Bo/2024-05-01/left/1.png',
      'Unknown/2024-05-01/left/2.png',
    ],
    files: {},
    data: '',
    needed: ['--images'],
  },
  {
    name: 'a table, as it is written, with its own names of columns',
    photos: names,
    files: { 't.csv': rowsOf('path,who,seen,bbox', (name, i) => `${name},${individuals[i]},s${i},"${i},2,10,8"`) },
    data: 't.csv',
    flags: ['--columns', 'identity=who,encounter=seen'],
    needed: ['--columns', '--images'],
    header: 'path,who,seen,bbox,split',
  },
  {
    name: 'a Kaggle folder with encounters beside its table',
    photos: names.map((name) => `train/train/${name}`),
    files: {
      'train.csv': rowsOf('filename,ground_truth', (name, i) => `${name},${individuals[i]}`),
      'train_encounters.csv': rowsOf('filename,encounter', (name, i) => `${name},s${i}`),
    },
    data: '',
    needed: ['--images'],
    header: 'filename,identity,encounter,split',
  },
  {
    name: 'labels that were merged, beside columns that could be read in their place',
    photos: names,
    files: {
      't.csv': rowsOf(
        'path,who,individual,image_width,image_height,fold',
        (name, i) => `${name},${['007', '7', 'Bo', 'NA'][i]},group ${i % 2},20,10,${i}`,
      ),
    },
    data: 't.csv',
    flags: ['--columns', 'identity=who', '--merge-similar-labels'],
    needed: ['--images'],
    header: 'filename,identity,fold,individual_before,image_width_before,image_height_before,split',
  },
  {
    name: 'names that were proposed, with labels merged',
    photos: [...names, 'e.png'],
    files: {
      't.csv': `${rowsOf('filename,identity,proposed', (name, i) => `${name},${['007', '7', 'Bo', 'Bo'][i]},`)}e.png,7,yes\n`,
    },
    data: 't.csv',
    flags: ['--merge-similar-labels'],
    needed: ['--images'],
    header: 'filename,identity,proposed,split',
  },
  {
    name: 'folds of a table that has some, with labels merged',
    photos: names,
    files: { 't.csv': rowsOf('filename,identity,fold', (name, i) => `${name},${['007', '7', 'Bo', 'Bo'][i]},${i}`) },
    data: 't.csv',
    flags: ['--merge-similar-labels'],
    splitFlags: ['--folds', '2'],
    needed: ['--images'],
    header: 'filename,identity,fold_before,fold',
  },
  {
    name: 'boxes of a format that was said',
    photos: names,
    files: {
      't.csv': rowsOf('filename,identity,bbox', (name, i) => `${name},${individuals[i]},"${i + 5},4,${i + 20},8"`),
    },
    data: 't.csv',
    flags: ['--box-format', 'xyxy'],
    needed: ['--images'],
    header: 'filename,identity,x,y,width,height,split',
  },
  {
    name: 'a detector’s boxes, several animals on a photo of nobody known',
    photos: ['Ana/1.png', 'Ana/2.png', 'Bo/1.png', 'Unknown/1.png'],
    files: {
      '../md.json': JSON.stringify({
        images: [
          { file: 'Ana/1.png', detections: [animal(0.1)] },
          { file: 'Ana/2.png', detections: [] },
          { file: 'Bo/1.png', detections: [animal(0.1), animal(0.5)] },
          { file: 'Unknown/1.png', detections: [animal(0.1), animal(0.5)] },
        ],
      }),
    },
    data: '',
    flags: ['--detections', '../md.json'],
    needed: ['--images'],
    header: 'filename,identity,x,y,width,height,detection_confidence,split',
  },
  {
    name: 'a Camtrap-DP package whose photos lie elsewhere',
    photos: ['elsewhere/1.png', 'elsewhere/2.png', 'elsewhere/3.png'],
    files: {
      'package/media.csv': `mediaID,deploymentID,timestamp,filePath,fileName,fileMediatype\n${[1, 2, 3].map((i) => `m${i},d1,2024-05-0${i}T06:00:00Z,https://hub.invalid/${i},${i}.png,image/png\n`).join('')}`,
      'package/observations.csv': `observationID,mediaID,eventID,observationType,individualID,bboxX,bboxY,bboxWidth,bboxHeight\no1,m1,e1,animal,Ana,0.1,0.2,0.25,0.5\no2,m1,e1,animal,Bo,0.5,0.2,0.25,0.5\no3,m2,e2,animal,Ana,,,,\no4,m3,e3,animal,,,,,\n`,
    },
    data: 'package',
    flags: ['--images', 'elsewhere'],
    needed: ['--images'],
  },
  {
    name: 'a table of Timelapse, as it is written',
    photos: names.map((name) => `cam1/${name}`),
    files: {
      'TimelapseData.csv': rowsOf(
        'File,RelativePath,DateTime,Individual',
        (name, i) => `${name},cam1,2024-05-0${i + 1} 10:00:00,${individuals[i]}`,
      ),
    },
    data: 'TimelapseData.csv',
    needed: ['--images'],
    header: 'File,RelativePath,DateTime,Individual,split',
  },
  {
    name: 'a bulk sheet of Wildbook with several photos in a row',
    photos: names,
    files: {
      't.csv':
        'Encounter.mediaAsset0,Encounter.mediaAsset1,MarkedIndividual.individualID,Encounter.year\na.png,b.png,Ana,2023\nc.png,,Bo,2024\nd.png,,,2024\n',
    },
    data: 't.csv',
    needed: ['--images'],
  },
  {
    name: 'COCO’s annotations',
    photos: names.slice(0, 2),
    files: {
      'coco.json': JSON.stringify({
        images: [
          { id: 1, file_name: 'a.png' },
          { id: 2, file_name: 'b.png' },
        ],
        annotations: [
          { image_id: 1, bbox: [2, 2, 10, 8], identity: 'Ana', flank: 'left' },
          { image_id: 1, bbox: [20, 2, 10, 8], identity: 'Bo' },
          { image_id: 2, bbox: [2, 2, 10, 8], identity: 'Bo' },
        ],
      }),
    },
    data: 'coco.json',
    needed: ['--images'],
  },
  {
    name: 'masks beside the photos',
    photos: ['photos/Ana/1.png', 'photos/Ana/2.png', 'photos/Bo/1.png', 'masks/Ana/1.png', 'masks/Bo/1.png'],
    files: {},
    data: 'photos',
    flags: ['--masks', 'masks'],
    needed: ['--images', '--masks'],
  },
  {
    name: 'masks below the photos’ folder, in a table',
    photos: [...names, 'm/a.png', 'm/c.png'],
    files: { 't.csv': rowsOf('filename,identity', (name, i) => `${name},${individuals[i]}`) },
    data: 't.csv',
    flags: ['--masks', 'm'],
    needed: ['--images'],
    header: 'filename,identity,mask,split',
  },
  {
    name: 'words for nobody that are names, and names that are nobody’s',
    photos: names,
    files: { 't.csv': rowsOf('filename,identity', (name, i) => `${name},${['NA', 'Bo', 'X', 'Bo'][i]}`) },
    data: 't.csv',
    flags: ['--unidentified', 'only=X'],
    needed: ['--images', '--unidentified'],
  },
  {
    name: 'file names in other letters, and encounters by another gap',
    photos: names,
    files: {
      't.csv': rowsOf(
        'filename,identity,date',
        (name, i) => `${name.toUpperCase()},${individuals[i]},2024-05-01 1${i}:00`,
      ),
    },
    data: 't.csv',
    flags: ['--encounter-gap', '30m'],
    needed: ['--images'],
  },
]

test.each(sources)(
  'split of $name reads as its source',
  async ({ files, photos, data, flags = [], splitFlags = [], ...wanted }) => {
    const root = join(folderWith({}), 'data')
    const grey = (i: number) => new Uint8Array(40 * 20 * 4).fill(255).map((v, k) => (k % 4 === 3 ? v : 20 + 10 * i))
    for (const [i, name] of photos.entries())
      write(join(root, name), await encodePng({ width: 40, height: 20, data: grey(i) }))
    for (const [name, text] of Object.entries(files)) write(join(root, name), text)
    const placed = flags.map((word) =>
      ['md.json', 'm', 'masks', 'elsewhere', '../md.json'].includes(word) ? join(root, word) : word,
    )
    const out = join(folderWith({}), 'split.csv')
    const source = join(root, data)
    const how = splitFlags.length > 0 ? splitFlags : ['--fraction', '0.5']
    const code = await runProgram(
      ['split', '--data', source, ...placed, '--kind', 'identity', ...how, '--out', out],
      commands,
    )
    expect(output.stderr).not.toMatch(/error/)
    expect(code).toBe(0)
    const advised = argumentsIn(/read it back with (.*)/.exec(output.stderr)?.[1] ?? '')
    expect(advised.filter((word) => word.startsWith('--')).sort()).toEqual(['--data', ...wanted.needed].sort())
    const before = openDataset(source, openOptions(placed))
    const after = openDataset(out, openOptions(advised.slice(2)))
    expect(shown(after)).toEqual(shown(before))
    expect(after.photos.some(({ split, fold }) => split === 'validation' || fold !== undefined)).toBe(true)
    if (wanted.header !== undefined) expect(headerOf(out)).toBe(wanted.header)
  },
)

test('a table cannot hold outlines, which is said', async () => {
  const square = { bbox: [2, 2, 10, 8], segmentation: [[2, 2, 12, 2, 12, 10, 2, 10]] }
  const annotations = [1, 2].map((id) => ({ image_id: id, identity: `N${id}`, ...square }))
  const images = [1, 2].map((id) => ({ id, file_name: `${id}.png` }))
  const png = await encodePng({ width: 40, height: 20, data: new Uint8Array(40 * 20 * 4).fill(255) })
  const folder = folderWith({ '1.png': png, '2.png': png, 'c.json': JSON.stringify({ images, annotations }) })
  const out = join(folder, 'split.csv')
  const ask = ['split', '--data', join(folder, 'c.json'), '--kind', 'identity', '--fraction', '0.5', '--out', out]
  expect(await runProgram(ask, commands)).toBe(0)
  expect(output.stderr).toContain('warning: 2 masks are outlines of COCO, which a table cannot hold: they are left out')
})

test('where no photo can validate it is an error, and nothing is written', async () => {
  const table = rowsOf('filename,identity,encounter', (name, i) => `${name},${individuals[i]},${individuals[i]}1`)
  const folder = folderWith({ ...Object.fromEntries(names.map((name) => [name, ''])), 't.csv': table })
  const ask = ['split', '--data', join(folder, 't.csv'), '--out', join(folder, 's.csv')]
  expect(await runProgram([...ask, '--kind', 'encounter'], commands)).toBe(2)
  expect(output.stderr).toContain(
    'split by encounter: no photo can validate: of 4 photos of 2 individuals, no two individuals were seen in two encounters\n',
  )
  expect(output.stderr).toContain('hint: another kind may: --kind stratified or --kind identity')
  expect(await runProgram(ask, commands)).toBe(2)
  expect(output.stderr).toContain('split by stratified: no photo can validate')
  expect(await runProgram([...ask, '--kind', 'identity'], commands)).toBe(2)
  expect(output.stderr).toContain(
    'split by identity: 2 individuals are too few to set 0.2 of them aside\nhint: ask for a larger share: --fraction 0.5',
  )
})

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

function openOptions(args: readonly string[]): ReturnType<typeof dataOptions> {
  const command = addDataOptions(new Command()).exitOverride()
  return dataOptions(command.parse(args, { from: 'user' }).opts<DataFlags>())
}

/** Words of a command line, as a shell takes it apart. */
function argumentsIn(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

function shown({ photos, problems }: Manifest): unknown {
  const told = photos.map(({ path, identity, encounter, flank, camera, timestamp, box, proposed, mask }) => ({
    ...{ path, identity, encounter, flank, camera, timestamp, box, proposed },
    mask: mask?.sha256,
  }))
  return { told, problems }
}

function headerOf(csv: string): string {
  return readFileSync(csv, 'utf8')
    .split('\n', 1)[0]!
    .replace(/^\uFEFF|\r$/g, '')
}
