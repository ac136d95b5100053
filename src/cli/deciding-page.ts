import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { counted, formatBytes } from '../base/index.ts'
import type { DecidingPage, DecidingPageOptions } from '../report/index.ts'
import { progress } from './progress.ts'
import { tell } from './say.ts'

/** What a command knows of the page that it writes. */
export interface PageToWrite {
  /** What photos are compared with, or proposed from: a folder or table. */
  readonly source: string
  readonly overwrite: boolean
  readonly notes: readonly string[]
  readonly linesHint?: string | undefined
  readonly linesDoubt?: string | undefined
  readonly limitPixels?: number | undefined
  readonly signal: AbortSignal
}

/** Calls `write` with the options of a page, its progress shown, and says what came of it. */
export async function withPage(
  page: PageToWrite,
  write: (options: DecidingPageOptions) => Promise<DecidingPage>,
): Promise<DecidingPage> {
  const { source } = page
  const bar = progress('page', 'photos')
  try {
    return await write({
      ...page,
      title: existsSync(source) ? basename(source) : source,
      onProgress: (done, total) => bar.update(done, total),
    })
  } finally {
    bar.stop()
  }
}

/** What is in a page, and what found no room. */
export function tellPage(
  { path, bytes, questions, leftOut, longSidePx, unreadable }: DecidingPage,
  thing: 'photo' | 'pair',
): void {
  const left = leftOut === 0 ? '' : `; ${leftOut} more found no room, ask about them in another run`
  const missing =
    unreadable === 0
      ? ''
      : `; ${counted(unreadable, 'photo could not be read and is', 'photos could not be read and are')} not shown`
  tell(
    `${path}: ${counted(questions, thing)} to decide, ${formatBytes(bytes)}, photos up to ${longSidePx} px${left}${missing}`,
  )
}
