import { inOrder } from '../base/index.ts'

/** Who is told how far it is, and what ends it. */
export interface EachPhotoOptions {
  readonly onDone?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Files that are read at once, and ahead: what is kept of each is small. */
const policy = { atOnce: 4, ahead: 16 } as const

/**
 * make(first photo), make(second photo) … in this order, a few at once. It is for what is small beside the decoded photos that
 * `readPhotos` bounds: a look at a header, a hash, a small picture. An error of `make` is told at its place and ends it.
 * @throws the signal's reason when it aborts.
 */
export async function* eachPhoto<Item, Made>(
  photos: readonly Item[],
  make: (photo: Item) => Promise<Made>,
  { onDone, signal }: EachPhotoOptions = {},
): AsyncGenerator<Made, void, undefined> {
  let done = 0
  for await (const made of inOrder(photos, make, policy)) {
    signal?.throwIfAborted()
    yield made
    onDone?.(++done, photos.length)
  }
}
