import { medoid, withoutOverlap } from '../chart/index.ts'
import type { Model } from './model.ts'
import type { Place, PointGrid } from './points.ts'

const font = "bold 11px 'DejaVu Sans', Verdana, sans-serif"
const lineHeight = 14

/** An individual's name and the photo above which it stands. */
interface Name {
  readonly words: string
  readonly photo: number
}

/** Names of individuals above their middle photos; where two overlap, that of fewer photos is left out. */
export class MapNames {
  readonly #model: Model
  #names: readonly Name[] = []
  readonly #widths = new Map<string, number>()

  constructor(model: Model) {
    this.#model = model
  }

  /** Finds the middles anew. */
  place({ x, y }: PointGrid): void {
    const { photos, identities } = this.#model.data
    const own = identities.map((): number[] => [])
    for (const [i, { identity }] of photos.entries()) own[identity]!.push(i)
    this.#names = own
      .map((of, i) => ({ words: shortened(identities[i]!), of }))
      .filter(({ of }) => of.length > 0)
      .sort((a, b) => b.of.length - a.of.length)
      .map(({ words, of }) => ({ words, photo: medoid(of, x, y) }))
  }

  draw(
    context: CanvasRenderingContext2D,
    pixel: (photo: number) => Place,
    size: { readonly width: number; readonly height: number },
    colours: { readonly ink: string; readonly paper: string },
  ): void {
    context.font = font
    context.textBaseline = 'bottom'
    context.lineWidth = 3.5
    context.lineJoin = 'round'
    context.strokeStyle = colours.paper
    context.fillStyle = colours.ink
    const boxes = this.#names.map(({ words, photo }) => {
      const [px, py] = pixel(photo)
      const width = this.#width(context, words)
      return { x: px - width / 2, y: py - 8 - lineHeight, width, height: lineHeight, words }
    })
    const seen = boxes.filter(
      ({ x, y, width }) => x + width > 0 && x < size.width && y + lineHeight > 0 && y < size.height,
    )
    for (const { x, y, words } of withoutOverlap(seen)) {
      context.strokeText(words, x, y + lineHeight)
      context.fillText(words, x, y + lineHeight)
    }
  }

  #width(context: CanvasRenderingContext2D, words: string): number {
    let width = this.#widths.get(words)
    if (width === undefined) {
      width = context.measureText(words).width
      this.#widths.set(words, width)
    }
    return width
  }
}

const mostLetters = 22

function shortened(name: string): string {
  const letters = [...name]
  return letters.length <= mostLetters ? name : `${letters.slice(0, mostLetters - 1).join('')}…`
}
