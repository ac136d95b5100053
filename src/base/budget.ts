/**
 * An amount that work shares: each piece says how much it takes, and begins when that much is free, in the order of coming. One that takes
 * more than there is begins when nothing else is under way, so that nothing waits for ever.
 */
export class Budget {
  readonly #total: number
  readonly #waiting: { readonly amount: number; readonly begin: () => void }[] = []
  #taken = 0

  constructor(total: number) {
    this.#total = total
  }

  /** What `work` makes, which has `amount` of the budget until it has ended or failed. */
  async use<Made>(amount: number, work: () => Promise<Made>): Promise<Made> {
    if (this.#waiting.length > 0 || !this.#fits(amount))
      await new Promise<void>((begin) => this.#waiting.push({ amount, begin }))
    else this.#taken += amount
    try {
      return await work()
    } finally {
      this.#taken -= amount
      this.#beginNext()
    }
  }

  #fits(amount: number): boolean {
    return this.#taken === 0 || this.#taken + amount <= this.#total
  }

  #beginNext(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.amount); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#taken += next.amount
      next.begin()
    }
  }
}
