import type { Model } from './model.ts'

export const views = ['map', 'photos', 'heat', 'numbers'] as const

export type View = (typeof views)[number]

/** What somebody looks at. */
export interface Seen {
  readonly view: View
  /** The photo selected. */
  readonly photo: number | undefined
  /** The photo that it stands beside in the dialog. */
  readonly match: number | undefined
}

/**
 * Links to what is seen: `#photo=FILE` is a photo and its most similar ones, `#photo=FILE&match=FILE` two photos side by side,
 * `#view=map&photo=FILE` the photo on the map. In a report without file names photos have their numbers, from 1.
 */
export class Links {
  readonly #keys: readonly string[]
  readonly #photos: ReadonlyMap<string, number>

  constructor({ data: { photos } }: Model) {
    const seen = new Map<string, number>()
    this.#keys = photos.map(({ file }, i) => {
      if (file === '') return String(i + 1)
      const before = seen.get(file) ?? 0
      seen.set(file, before + 1)
      return before === 0 ? file : `${file}~${before + 1}` // several animals in one photo
    })
    this.#photos = new Map(this.#keys.map((key, i) => [key, i]))
  }

  /** The part of an address after which the page shows the same; begins with #. */
  fragment({ view, photo, match }: Seen): string {
    const parts = new URLSearchParams()
    if (view !== 'photos') parts.set('view', view)
    if (photo !== undefined) parts.set('photo', this.#keys[photo]!)
    if (match !== undefined) parts.set('match', this.#keys[match]!)
    return `#${parts.toString().replaceAll('%2F', '/')}`
  }

  /** What a fragment asks for; undefined for none that means anything here. */
  read(fragment: string): Seen | undefined {
    const parts = new URLSearchParams(fragment.replace(/^#/, ''))
    const view = views.find((name) => name === parts.get('view'))
    const photo = this.#photo(parts.get('photo'))
    if (view === undefined && photo === undefined) return undefined
    return { view: view ?? 'photos', photo, match: photo === undefined ? undefined : this.#photo(parts.get('match')) }
  }

  #photo(key: string | null): number | undefined {
    return key === null ? undefined : this.#photos.get(key)
  }
}
