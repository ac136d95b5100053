import { existsSync, renameSync, rmSync } from 'node:fs'
import { leftoversOf, type StagedFile, temporaryName } from '../base/index.ts'

/**
 * Gives embeddings and their table, both complete, their names. The old embeddings lose theirs first and the new ones get it last: whenever
 * it ends, the `.npy` that has the name belongs to the table beside it, or there is none, which every reader notices.
 */
export function commitPair(npy: string, table: StagedFile, embeddings: StagedFile): void {
  const aside = temporaryName(asideOf(npy))
  const replaces = existsSync(npy)
  if (replaces) renameSync(npy, aside)
  try {
    commitTable(table, () => replaces && renameSync(aside, npy))
    embeddings.commit()
  } finally {
    table.discard()
    rmSync(aside, { force: true })
  }
}

/**
 * Ends what a kill left of `commitPair`, where it left `npy` without a name: with the old table it is the old embeddings again, with the
 * new one the new.
 */
export function settlePair(npy: string, table: string): void {
  for (const { path: aside, writer } of leftoversOf(asideOf(npy))) {
    if (!existsSync(npy)) {
      const own = (path: string) => leftoversOf(path).find((left) => left.writer === writer)?.path
      const complete = own(table) === undefined ? own(npy) : aside
      if (complete !== undefined) renameSync(complete, npy)
    }
    rmSync(aside, { force: true })
  }
}

/** What old embeddings are called while new ones get their name. */
function asideOf(npy: string): string {
  return `${npy}.old`
}

function commitTable(table: StagedFile, undo: () => unknown): void {
  try {
    table.commit()
  } catch (error) {
    undo()
    throw error
  }
}
