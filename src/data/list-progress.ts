/** What a list of photos is made of: files are found, held against each other, and masks are read; then all are looked for. */
export type ListStage = 'listing' | 'comparing' | 'reading masks' | 'looking for photos'

/** A list of photos asks the file system for each file, which takes long on a slow drive. */
export interface ListProgress {
  /** Called for each file; `total` is 0 while nobody knows how many there are. */
  readonly onFile?: ((stage: ListStage, done: number, total: number) => void) | undefined
}
