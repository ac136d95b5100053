import type { ReportData, ReportPhoto } from '../report/data.ts'
import { Ranking } from './ranking.ts'

/** A photo's picture. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly uri: string
}

/** The report's files, as it wrote them. */
export interface Files {
  /** `metrics.json`. */
  readonly metrics: string
  /** `map.csv` by lines, their ends included: the header, then one for each photo. */
  readonly map: readonly string[]
}

/** What the page shows and what is selected in it; views listen. */
export class Model {
  readonly data: ReportData
  readonly pictures: readonly Picture[]
  readonly files: Files
  readonly ranking: Ranking
  selected = 0
  /** Photos chosen on the map. */
  chosen: readonly number[] = []
  readonly #listeners: (() => void)[] = []

  constructor(data: ReportData, pictures: readonly Picture[], files: Files) {
    this.data = data
    this.files = files
    this.pictures = pictures
    this.ranking = new Ranking(data.matrix, data.neighbours)
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  select(photo: number): void {
    this.selected = photo
    for (const listener of this.#listeners) listener()
  }

  choose(photos: readonly number[]): void {
    this.chosen = photos
    if (photos.length > 0) this.selected = photos[0]!
    for (const listener of this.#listeners) listener()
  }

  photo(i: number): ReportPhoto {
    return this.data.photos[i]!
  }

  nameOf(i: number): string {
    return this.data.identities[this.photo(i).identity]!
  }

  /** What a photo is called: its file, or its number in a shared report. */
  labelOf(i: number): string {
    const { file } = this.photo(i)
    return file === '' ? `photo ${i + 1}` : file
  }

  same(a: number, b: number): boolean {
    return this.photo(a).identity === this.photo(b).identity
  }

  /** Whether two photos are one file under two names. */
  sameFile(a: number, b: number): boolean {
    return this.data.identical.some((group) => group.includes(a) && group.includes(b))
  }

  /** Everything that is known of a photo, in words. */
  factsOf(i: number): string[] {
    const { encounter, flank, split, ap, rank1 } = this.photo(i)
    return [
      this.labelOf(i),
      flank === '' ? '' : `${flank} flank`,
      encounter === '' ? '' : `encounter ${encounter}`,
      `split ${split}`,
      ap === null ? 'not scored' : `AP ${ap.toFixed(3)}, nearest photo ${rank1 ? 'right' : 'wrong'}`,
    ].filter((fact) => fact !== '')
  }
}
