import { cividisAt } from '../chart/index.ts'
import { h } from './dom.ts'

/** What the colours of the heat map mean: cividis from the least value to the greatest. */
export class ColourScale {
  readonly element: HTMLElement
  readonly #ends = [h('span'), h('span')] as const

  constructor() {
    const canvas = h('canvas', { width: 256, height: 1 })
    const context = canvas.getContext('2d')
    for (let x = 0; context !== null && x < canvas.width; x++) {
      context.fillStyle = `rgb(${cividisAt(x / (canvas.width - 1)).join(',')})`
      context.fillRect(x, 0, 1, 1)
    }
    this.element = h('div', { className: 'colour-scale' }, this.#ends[0], canvas, this.#ends[1])
  }

  /** From `low`, the similarity at which colours begin. */
  show(kind: 'similarity' | 'distance', low: number): void {
    const ends = kind === 'similarity' ? [signed(low), '1'] : ['0', signed(1 - low)]
    this.#ends.forEach((end, i) => {
      end.textContent = ends[i]!
    })
  }
}

/** Two places, with a true minus. */
function signed(value: number): string {
  return value.toFixed(2).replace('-', '−')
}
