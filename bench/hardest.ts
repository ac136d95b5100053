/**
 * Which photos are the hardest, and what have they in common? New photos are asked of known ones through `rosette identify`, as a user does. The `--most` photos whose
 * own individual comes latest are laid side by side with the best known photo of it, and with the known photo that came first. A person looks at the page and says why.
 *
 *     node scripts/bench.mjs hardest --data nyala-512 --locate isnet.onnx --model resnet50-imagenet.onnx \
 *       --model-config presets/resnet50-imagenet.model.json --match local --out hardest-photos
 *
 * Which photos are asked, and `--every` and `--first`, are those of `sources`. Writes into `--out` hardest.html, which holds the photos, and hardest.csv, with
 * an empty column for the reason. Photographs belong to those who took them: keep the folder out of the repository.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { check, csvText } from '../src/base/index.ts'
import { escapeText } from '../src/chart/index.ts'
import type { Photo } from '../src/data/index.ts'
import { thumbnail } from '../src/images/index.ts'
import { askedAndKnown, ofEveryNth, photoTable } from './asked-and-known.ts'
import { root, rosetteText } from './command.ts'
import { flanksOf } from './known-flanks.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    first: { type: 'string', default: '1' },
    locate: { type: 'string' },
    model: { type: 'string', default: '' },
    'model-config': { type: 'string' },
    match: { type: 'string', default: 'local' },
    matcher: { type: 'string', default: 'sift' },
    most: { type: 'string', default: '30' },
    out: { type: 'string', default: '' },
    threads: { type: 'string', default: '1' },
  },
})
const { data, model, out } = values
check(data !== '' && model !== '' && out !== '', 'bench hardest: expected --data, --model and --out')
check(!resolve(out).startsWith(resolve(root)), `bench hardest: ${out}: photographs do not belong into the repository`)

interface Candidate {
  readonly rank: number
  readonly identity: string
  readonly places?: number
  readonly path: string
}

interface Asked {
  readonly photo: string
  readonly candidates: readonly Candidate[]
}

/** A photo, its own individual with its best known photo, and the individual that came first in its place. */
interface Hard {
  readonly photo: Photo
  readonly right: Candidate
  readonly wrong: Candidate
  /** Known photos of its own individual, and how many of them show the flank of the photo, where flanks are known. */
  readonly known: number
  readonly sameFlank: number | undefined
}

const header = [
  'photo',
  'identity',
  'rank',
  'flank',
  'known_photos',
  'of_its_flank',
  'best_right',
  'first_wrong',
  'reason',
]
const scratch = mkdtempSync(join(tmpdir(), 'rosette-hardest-'))
try {
  const sides = ofEveryNth(await askedAndKnown(data, scratch), Number(values.every), Number(values.first))
  const flanks = flanksOf(data)
  const known = sides.known.map((photo) => ({ ...photo, flank: photo.flank ?? flanks.get(photo.filename) }))
  const hard = hardest(await askAll(sides.asked, known), sides.asked, known).slice(0, Number(values.most))
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'hardest.csv'), csvText([header, ...hard.map(cells)]))
  writeFileSync(join(out, 'hardest.html'), await page(hard))
  console.log(`${join(out, 'hardest.html')}: the ${hard.length} hardest of ${sides.asked.length} photos`)
} finally {
  rmSync(scratch, { recursive: true })
}

async function askAll(asked: readonly Photo[], known: readonly Photo[]): Promise<readonly Asked[]> {
  const queries = photoTable(join(scratch, 'queries.csv'), asked)
  const gallery = photoTable(join(scratch, 'gallery.csv'), known)
  const everybody = String(new Set(known.map(({ identity }) => identity)).size)
  const text = await rosetteText([
    ...['identify', queries, '--query-images', '/', '--gallery', gallery, '--gallery-images', '/', '--json'],
    ...['--model', model, '--tta', 'flip', '--top', everybody],
    ...(values['model-config'] === undefined ? [] : ['--model-config', values['model-config']]),
    ...(values.locate === undefined ? [] : ['--locate', resolve(values.locate)]),
    ...['--match', values.match, ...(values.match === 'none' ? [] : ['--matcher', values.matcher])],
    ...['--flanks', 'any', '--threads', values.threads],
  ])
  return JSON.parse(text) as readonly Asked[]
}

/** Photos that are not named rightly, those whose own individual comes latest first; ties by name. */
function hardest(answers: readonly Asked[], asked: readonly Photo[], known: readonly Photo[]): Hard[] {
  const photos = new Map(asked.map((photo) => [resolve(photo.path), photo]))
  const found = answers.flatMap(({ photo: name, candidates }): Hard[] => {
    const photo = photos.get(resolve('/', name))
    const right = candidates.find(({ identity }) => identity === photo?.identity)
    const wrong = candidates[0]
    if (photo === undefined || right === undefined || wrong === undefined || wrong === right) return []
    const own = known.filter(({ identity }) => identity === photo.identity)
    const sameFlank = photo.flank === undefined ? undefined : own.filter(({ flank }) => flank === photo.flank).length
    return [{ photo, right, wrong, known: own.length, sameFlank }]
  })
  return found.sort((a, b) => b.right.rank - a.right.rank || (a.photo.filename < b.photo.filename ? -1 : 1))
}

function cells({ photo, right, wrong, known, sameFlank }: Hard): string[] {
  const facts = [photo.filename, photo.identity, right.rank, photo.flank, known, sameFlank, right.path, wrong.path]
  return [...facts.map((fact) => String(fact ?? '')), '']
}

async function page(hard: readonly Hard[]): Promise<string> {
  const rows: string[] = []
  for (const [i, { photo, right, wrong, known, sameFlank }] of hard.entries()) {
    const flank = sameFlank === undefined ? '' : `; ${photo.flank} flank, of which ${sameFlank} are known`
    rows.push(
      `<tr>${await picture(photo.path, `${i + 1}. ${photo.filename}, ${photo.identity}: place ${right.rank}, ${known} known photos${flank}`)}`,
      `${await picture(right.path, `best of its own, ${placesOf(right)}`)}`,
      `${await picture(wrong.path, `first: ${wrong.identity}, ${placesOf(wrong)}`)}</tr>`,
    )
  }
  const style = 'body{font:13px sans-serif}td{vertical-align:top;padding:4px;width:340px}img{width:330px;display:block}'
  return `<!doctype html><meta charset="utf-8"><title>the hardest photos</title><style>${style}</style><table>${rows.join('\n')}</table>\n`
}

async function picture(path: string, words: string): Promise<string> {
  const { bytes, mediaType } = await thumbnail(path, { longSidePx: 512, quality: 80 })
  return `<td><img src="data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}">${escapeText(words)}</td>`
}

function placesOf({ places = 0 }: Candidate): string {
  return places === 0 ? 'no places agree' : `${places} places agree`
}
