import { existsSync, renameSync, rmSync } from 'node:fs'
import { type StagedFile, temporaryName } from '../base/index.ts'

/**
 * Gives embeddings and their table, both complete, their names. The old embeddings lose theirs first and the new ones get it last: whenever
 * it ends, the `.npy` that has the name belongs to the table beside it, or there is none, which every reader notices.
 */
export function commitPair(npy: string, table: StagedFile, embeddings: StagedFile): void {
  const aside = temporaryName(npy)
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

function commitTable(table: StagedFile, undo: () => unknown): void {
  try {
    table.commit()
  } catch (error) {
    undo()
    throw error
  }
}
