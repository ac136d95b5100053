import { resolve } from 'node:path'
import { checkAbsent, counted, sha256Of, writeFileAtomic } from '../base/index.ts'
import { type AskedAnswers, type AskedPage, askedAnswers } from './deciding-answers.ts'
import { type AskedClusters, askedClusters } from './deciding-clusters.ts'
import type { DecidingData } from './deciding-data.ts'
import { decidingHtml } from './deciding-page.ts'
import { type DecidingPictureOptions, decidingPictures } from './deciding-photos.ts'

/** How a page for deciding is written. */
export interface DecidingPageOptions extends DecidingPictureOptions {
  readonly overwrite?: boolean | undefined
  readonly title: string
  /** Where what photos are compared with lies: the browser keeps decisions of two galleries apart that have one name. The title unless given. */
  readonly source?: string | undefined
  /** Sentences that stand below the answers: what they rest on. */
  readonly notes?: readonly string[] | undefined
  /** How lines between matched places are had; none where the answers have them. */
  readonly linesHint?: string | undefined
  /** What to beware of where lines are drawn; nothing where they lie on the animals. */
  readonly linesDoubt?: string | undefined
}

/** A page that was written, and what is not in it. */
export interface DecidingPage {
  readonly path: string
  readonly bytes: number
  readonly questions: number
  /** Questions that found no room. */
  readonly leftOut: number
  /** Longer side of its largest pictures. */
  readonly longSidePx: number
  /** Photos that could not be read, and are named without a picture. */
  readonly unreadable: number
}

/** 500 photos or pairs to decide; 2,000 photos of proposals. Pictures take 48 MB at most, and get smaller where there are many. */
export const decidingDefaults = { questions: 500, photos: 2000 } as const

/**
 * A page on which a person decides whom photos show: each photo beside its candidates. Decisions are kept by the browser and saved as the CSV that
 * `readDecisions` reads. No place and no camera are in it. @throws InputError where `path` exists and may not be replaced; the signal's reason when it
 * aborts, and then nothing is written.
 */
export async function writeAnswersPage(
  path: string,
  answers: AskedAnswers,
  options: DecidingPageOptions,
): Promise<DecidingPage> {
  const most = decidingDefaults.questions
  const leftOut = Math.max(0, answers.found.length - most)
  const room = `This page has room for ${most} photos: ${counted(leftOut, 'that you asked about is', 'that you asked about are')} not in it. Ask about them in another run.`
  return writePage(path, askedAnswers(answers, most), {
    ...options,
    kind: 'identify',
    leftOut,
    told: leftOut === 0 ? [] : [room],
    known: answers.found.map(({ photo }) => resolve(photo.path)),
  })
}

/** The same of proposed individuals: the pairs nearest to the threshold to decide first, and the photos of every proposal. @throws as `writeAnswersPage`. */
export async function writeClustersPage(
  path: string,
  asked: AskedClusters,
  options: DecidingPageOptions,
): Promise<DecidingPage> {
  const page = askedClusters(asked, decidingDefaults)
  const { photos } = asked.clusters
  const missing = photos.length - page.photos.length
  const room = `This page has room for ${counted(decidingDefaults.photos, 'photo')}: of the proposals ${counted(missing, 'photo is', 'photos are')} not shown.`
  return writePage(path, page, {
    ...options,
    kind: 'cluster',
    leftOut: 0,
    told: missing === 0 ? [] : [room],
    known: photos.map(({ photo }) => resolve(photo.path)),
  })
}

interface PageToWrite extends DecidingPageOptions {
  readonly kind: DecidingData['kind']
  readonly leftOut: number
  readonly told: readonly string[]
  /** What tells this page's decisions from those of others. */
  readonly known: readonly string[]
}

async function writePage(path: string, page: AskedPage, options: PageToWrite): Promise<DecidingPage> {
  const { overwrite = false, title, source, notes = [], linesHint = '', linesDoubt = '' } = options
  const { kind, leftOut, told, known } = options
  checkAbsent(path, overwrite, 'html')
  const pictures = await decidingPictures(page.photos, options)
  const unreadable = pictures.filter((picture) => picture === undefined).length
  const missing = `${counted(unreadable, 'photo could not be read: it is named', 'photos could not be read: they are named')}, and nothing is shown.`
  const data: DecidingData = {
    kind,
    title,
    id: sha256Of(JSON.stringify([kind, source === undefined ? title : resolve(source), [...known].sort()])).slice(
      0,
      16,
    ),
    notes: [...told, ...(unreadable === 0 ? [] : [missing]), ...notes],
    linesHint,
    linesDoubt,
    ...page.dataWith(pictures),
  }
  const html = decidingHtml(data, pictures)
  checkAbsent(path, overwrite, 'html') // it may have come while we read
  writeFileAtomic(path, html)
  return {
    path,
    bytes: Buffer.byteLength(html),
    questions: data.questions.length,
    leftOut,
    longSidePx: Math.max(0, ...pictures.map((picture) => Math.max(picture?.width ?? 0, picture?.height ?? 0))),
    unreadable,
  }
}
