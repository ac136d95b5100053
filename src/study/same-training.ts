import type { RunFolder } from '../run/index.ts'

/**
 * In what a run's training differs from another one's, whose scores are to stand beside its own: settings, pretrained weights, or what the
 * same photos are and show. Undefined where it does not; how photos are set aside is its caller's. The words follow `was trained`.
 */
export function otherTraining(run: RunFolder, other: RunFolder): string | undefined {
  const than = `than ${other.path}`
  if (settingsOf(run) !== settingsOf(other)) return `with other settings ${than}`
  const [own, first] = [run.record(), other.record()]
  if (own.weights?.sha256 !== first.weights?.sha256) return `from other weights ${than}`
  // of two lists of photos the hashes differ anyway
  const isSame = own.dataHash === first.dataHash || photosOf(run) !== photosOf(other)
  return isSame ? undefined : `on other files or labels of the same photos ${than}`
}

function settingsOf(run: RunFolder): string {
  return JSON.stringify({ ...(run.settings() as object | null), validation: undefined })
}

function photosOf(run: RunFolder): string {
  const { train, validation } = run.data()
  return JSON.stringify([...train, ...validation].sort())
}
