import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check, checkOutput, csvText, StagedFolder } from '../base/index.ts'
import type { Photo } from '../data/index.ts'
import type { Audit, Finding } from '../study/index.ts'
import { auditedFiles, auditHtml, photosByFile } from './audit-page.ts'
import { makeThumbnails } from './thumbnails.ts'

/** The files of an audit's folder: a page, everything as JSON, a row for each finding, and the nearest pairs. */
export const auditFiles = { page: 'audit.html', json: 'audit.json', findings: 'audit.csv', pairs: 'pairs.csv' } as const

/** Where an audit is written, and what it may replace. */
export interface WriteAuditOptions {
  readonly out: string
  readonly overwrite?: boolean
  readonly limitPixels?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Longer side of the page's photos. */
const picturePx = 240

/** That an audit may be written to `out`, before the work: a new name, or another audit's where it may be overwritten. @throws InputError otherwise. */
export function checkAuditFolder(out: string, overwrite: boolean): void {
  checkOutput(out, { overwrite, kind: 'folder' })
  check(
    !existsSync(out) || existsSync(join(out, auditFiles.page)),
    `\`out\`: ${out} is no audit (it has no ${auditFiles.page}), and is not replaced`,
    'choose another name',
  )
}

/**
 * An audit as a folder, which appears whole or not at all: `audit.json`, its findings and its nearest pairs as tables, and a page with pictures.
 * `photos` are those that were audited. Gives the page's path. @throws InputError as checkAuditFolder does.
 */
export async function writeAudit(audit: Audit, photos: readonly Photo[], options: WriteAuditOptions): Promise<string> {
  const { out, overwrite = false, limitPixels, signal } = options
  checkAuditFolder(out, overwrite)
  const shown = [...photosByFile(photos, auditedFiles(audit))]
  const made = await makeThumbnails(
    shown.map(([, photo]) => photo),
    { longSidePx: picturePx, limitPixels, signal },
  )
  const page = auditHtml(audit, new Map(shown.map(([name], i) => [name, made[i]!])))
  const staged = new StagedFolder(out, (name) => Object.values(auditFiles).some((own) => own === name))
  try {
    staged.write(auditFiles.json, `${JSON.stringify(audit, undefined, 2)}\n`)
    staged.write(auditFiles.findings, findingsCsv(audit))
    staged.write(auditFiles.pairs, pairsCsv(audit))
    staged.write(auditFiles.page, page)
    checkAuditFolder(out, overwrite) // it may have come while photos were read
    staged.commit()
    return join(out, auditFiles.page)
  } finally {
    staged.discard()
  }
}

const pairColumns = 'photo identity split other_photo other_identity other_split bits cosine'.split(' ')

function pairCells(one: Omit<Finding, 'kind' | 'detail'>): (string | number)[] {
  const { photo, identity, split, otherPhoto, otherIdentity, otherSplit, bits, cosine } = one
  return [photo, identity, split, otherPhoto, otherIdentity, otherSplit, bits ?? '', cosine ?? '']
}

/** A row for each finding. */
export function findingsCsv({ findings }: Audit): string {
  return csvText([
    ['kind', ...pairColumns, 'detail'],
    ...findings.map((one) => [one.kind, ...pairCells(one), one.detail]),
  ])
}

/** A row for each of the nearest pairs. */
function pairsCsv({ nearest }: Audit): string {
  const rows = (nearest?.pairs ?? []).map((one) => [one.by, ...pairCells(one), one.encounter, one.otherEncounter])
  return csvText([['by', ...pairColumns, 'encounter', 'other_encounter'], ...rows])
}
