import type { Keeping, Made } from './made.ts'

const words: readonly unknown[] = ['same', 'different', 'cannot tell', 'new', null]

/** What the browser keeps of a page between two visits; some browsers keep nothing for pages opened from disk. */
export class Store implements Keeping {
  readonly #key: string
  /** Whether the browser keeps anything. */
  works = true

  constructor(id: string) {
    this.#key = `rosette decisions ${id}`
  }

  /** The steps of earlier visits; what is none is left out. */
  read(): readonly Made[] {
    const kept: unknown = JSON.parse(this.#tried(() => localStorage.getItem(this.#key)) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isMade) : []
  }

  write(made: readonly Made[]): void {
    this.#tried(() => localStorage.setItem(this.#key, JSON.stringify(made)))
  }

  onOther(listener: () => void): void {
    addEventListener('storage', ({ key }) => key === this.#key && listener())
  }

  #tried<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch {
      this.works = false // forbidden, or full: the page says so
      return undefined
    }
  }
}

function isMade(step: unknown): step is Made {
  if (typeof step !== 'object' || step === null) return false
  const { photo, other, decision } = step as Partial<Record<keyof Made, unknown>>
  return typeof photo === 'string' && typeof other === 'string' && words.includes(decision)
}
