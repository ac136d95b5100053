/** What finds places, or found them. */
interface Finder {
  readonly name: string
  readonly fingerprint: string
}

/** Of the features that were kept those of a matcher that is asked, as an older rosette found them: they cannot be compared with those that it finds today. */
export function foundByOlder<F extends Finder>(kept: readonly F[], asked: readonly Finder[]): F[] {
  return kept.filter((one) =>
    asked.some(({ name, fingerprint }) => name === one.name && fingerprint !== one.fingerprint),
  )
}

/** What is said of them, after the gallery's name. */
export function olderWords(names: string): string {
  return `has local features of ${names} that an older rosette found, and those of today are others`
}
