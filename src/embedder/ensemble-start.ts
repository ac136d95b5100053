import { check } from '../base/index.ts'
import { RunFolder } from '../run/index.ts'
import type { Embedder } from './embedder.ts'

/**
 * Holds members against each other whose embeddings are to be averaged: runs of one network that began with the same weights, which is
 * decided by their settings and their seed. From there training moves the axes of an embedding little; networks that began otherwise
 * have axes that have nothing to do with each other. @throws InputError naming two members that did not begin alike.
 */
export function checkSameStart(members: readonly Pick<Embedder, 'run' | 'source'>[]): void {
  const [first, ...others] = members.map((member) => ({ source: member.source, start: startOf(member) }))
  for (const other of others) {
    check(
      first!.start === other.start,
      `a mean of embeddings: ${first!.source} and ${other.source} did not start from the same weights, so that their axes differ`,
      '`fusion: "similarities"` and `fusion: "ranks"` take any models',
    )
  }
}

/** What a run's first weights follow from. @throws InputError where that is not known. */
function startOf({ run, source }: Pick<Embedder, 'run' | 'source'>): string {
  check(
    run !== undefined,
    `a mean of embeddings: ${source} is no run folder, so that its start is not known`,
    '`fusion: "similarities"` and `fusion: "ranks"` take any models',
  )
  const folder = new RunFolder(run)
  const { model } = folder.config()
  const { seed, weights } = folder.record()
  check(seed !== undefined, `${run}: its record has no seed, so that its start is not known`)
  return JSON.stringify([model, seed, weights?.sha256 ?? null])
}
