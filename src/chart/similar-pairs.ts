import { framedPhoto } from './framed-photo.ts'
import { type Measure, measureWords } from './measure.ts'
import { text } from './svg/element.ts'
import { type Picture, picture } from './svg/picture.ts'
import { fitText } from './svg/text-width.ts'
import { count } from './words.ts'

/** A photo of a pair; words are empty where they are not known. */
export interface PairPhoto {
  /** A data: address; undefined where there is none. */
  readonly image: string | undefined
  readonly name: string
  readonly file: string
  readonly flank: string
  readonly encounter: string
}

/** Two photos; `sameFile` where they are one file under two names. */
export interface SimilarPair {
  readonly similarity: number
  /** Places of the coat that agree, where these were matched. */
  readonly places?: number | undefined
  readonly sameFile: boolean
  readonly photos: readonly [PairPhoto, PairPhoto]
}

/** Pairs of photos, the most similar first. */
export interface SimilarPairsChannels {
  /** Whether the pairs show one individual, or two. */
  readonly same: boolean
  readonly pairs: readonly SimilarPair[]
  /** Whether pairs of one individual and encounter were left out. */
  readonly withoutEncounter: boolean
  /** What the similarities are. */
  readonly measure: Measure
  readonly source: string
}

/** The most similar pairs with their photos: `same` the correct ones, otherwise those that show two individuals; undefined for none. */
export function similarPairsChart(channels: SimilarPairsChannels): Picture | undefined {
  const { same, pairs, withoutEncounter, measure, source } = channels
  if (pairs.length === 0) return undefined
  const title = same
    ? 'Most similar pairs of one individual'
    : 'Most similar pairs of two individuals: mistakes waiting to happen'
  const leftOut = withoutEncounter ? ' Pairs of one individual and encounter are left out, as in the scores.' : ''
  const subtitle =
    `The ${count(pairs.length, 'pair')} of highest ${measureWords[measure].one} that ${same ? 'show one individual' : 'show different individuals'}, ` +
    `with names, similarity, flank and encounter where they are known.${leftOut}`
  const columns = 3
  const rows = Math.ceil(pairs.length / columns)
  const caption = { title, subtitle, source }
  const file = same ? 'similar-pairs-correct' : 'similar-pairs-wrong'
  return picture(file, { height: 150 + rows * 196 }, caption, (area) => {
    const cell = area.width / columns
    const [width, height] = [(cell - 26) / 2, 106]
    return pairs
      .map(({ similarity, places, sameFile, photos }, i) => {
        const x = area.x + (i % columns) * cell + 2
        const y = area.y + 8 + Math.floor(i / columns) * 196
        const verdict = same ? 'right' : 'wrong'
        const sides = photos.map(({ image, name, file, flank, encounter }, side) => {
          const left = x + side * (width + 6)
          const lines = [file, [flank, encounter].filter((word) => word !== '').join(', ')]
          return [
            framedPhoto(image, { x: left, y: y + 24, width, height }, verdict),
            text(left, y + 24 + height + 17, fitText(name, width, 12), { bold: true }),
            ...lines.map((words, l) =>
              text(left, y + 24 + height + 32 + 13 * l, fitText(words, width, 10), { size: 10, class: 'muted' }),
            ),
          ].join('')
        })
        const agree = places === undefined ? '' : `, ${count(places, 'place')}`
        const note = `${agree}${sameFile ? ', the same file' : ''}`
        return (
          text(x, y + 14, `${i + 1}.  ${measureWords[measure].short} ${similarity.toFixed(4)}${note}`, {
            size: 13,
            bold: true,
          }) + sides.join('')
        )
      })
      .join('\n')
  })
}
