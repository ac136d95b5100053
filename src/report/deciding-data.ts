/** A page on which a person decides whom photos show, as plain data: what its script reads, and all that it may tell. */
export interface DecidingData {
  /** identify: photos beside known individuals; cluster: photos whose individuals are proposed. */
  readonly kind: 'identify' | 'cluster'
  readonly title: string
  /** Under which the browser keeps the decisions. */
  readonly id: string
  /** What the answers rest on and what the page leaves out, a sentence each. */
  readonly notes: readonly string[]
  /** How lines between matched places are had; empty where the page has them. */
  readonly linesHint: string
  /** What to beware of where lines are drawn; empty where they lie on the animals. */
  readonly linesDoubt: string
  readonly photos: readonly DecidingPhoto[]
  readonly questions: readonly DecidingQuestion[]
  /** Decisions that were made before. */
  readonly decided: readonly DecidedPair[]
  /** Proposed individuals, the largest first; none where individuals are known. */
  readonly clusters: readonly DecidingCluster[]
}

/** What the page tells of a photo: never where it was taken. */
export interface DecidingPhoto {
  /** What the file of decisions calls it. */
  readonly name: string
  /** Empty where these are not known. */
  readonly identity: string
  readonly flank: string
  readonly encounter: string
  readonly time: string
  /** Its picture in the page's list; null where the photo could not be read. */
  readonly picture: number | null
  /** Which of how many animals of its file it shows; null where it is the only one. Where there are several the name says nothing of one of them. */
  readonly animal: readonly [number: number, of: number] | null
}

/** A photo, what is said of it, and whom to compare it with. */
export interface DecidingQuestion {
  readonly photo: number
  /** The proposal that it belongs to; empty where individuals are known. */
  readonly name: string
  /** unmatched: the gallery has no photo of its flank. */
  readonly answer: 'known' | 'new' | 'unsure' | 'unmatched' | 'decided' | 'joined' | 'parted'
  /** The answer in plain words. */
  readonly words: string
  readonly groups: readonly DecidingGroup[]
  /** How likely it is that the photo shows none of these, in words, and how many groups are likelier; null where nobody knows. */
  readonly isNew: { readonly words: string; readonly place: number } | null
}

/** An individual, or a proposed one, that the photo may show. */
export interface DecidingGroup {
  readonly name: string
  /** How likely it is, in words. */
  readonly words: string
  /** What place and time say of it, a line of its own; empty where these were not asked. */
  readonly placeTime: string
  /** The best of each flank first. */
  readonly photos: readonly DecidingCandidate[]
}

/** A photo to compare with. */
export interface DecidingCandidate {
  readonly photo: number
  readonly words: string
  /** Matched places: x and y in the question's picture, x and y in this one, of their sides; null where none were matched. */
  readonly lines: readonly PlaceLine[] | null
}

/** Shares of the pictures' sides, 0 to 1. */
export type PlaceLine = readonly [ax: number, ay: number, bx: number, by: number]

/** What was decided of two photos, by their names; new has no other one. */
export interface DecidedPair {
  readonly photo: string
  readonly other: string
  readonly decision: 'same' | 'different' | 'cannot tell' | 'new'
}

/** Photos that are proposed to show one animal. */
export interface DecidingCluster {
  readonly number: number
  /** Those that the page shows. */
  readonly photos: readonly number[]
  /** How many it has. */
  readonly count: number
  /** Whether it is the same at both ends of the threshold's range. */
  readonly sure: boolean
}
