import { withDateAndTime } from './date-and-time.ts'
import { withFolderAndName } from './folder-and-name.ts'
import { type Sheet, withJoinedColumns } from './joined-columns.ts'
import type { PhotoFinder } from './photo-finder.ts'
import { withTimelapsePaths } from './timelapse.ts'
import { withWildbookPhotos } from './wildbook.ts'

/** A table as its program meant it: joined columns, and the layouts of programs of this field. */
export function readSheet(sheet: Sheet, { fileOf }: Pick<PhotoFinder, 'fileOf'>): Sheet {
  const exists = (name: string) => name !== '' && fileOf(name) !== undefined
  const known = withTimelapsePaths(withWildbookPhotos(withJoinedColumns(sheet)), exists)
  return withDateAndTime(withFolderAndName(known, exists))
}
