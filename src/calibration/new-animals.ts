import { check } from '../base/index.ts'
import { reliabilityBins } from './reliability.ts'

/** A question whose answer is known: whether its individual was in the gallery, and what was said. */
export interface NewAnimalQuestion {
  readonly known: boolean
  /** Of the likeliest individual. */
  readonly probability: number
  /** That nobody of the gallery is on the photo. */
  readonly isNew: number
}

/** Questions by probability, from `low` up to `high`. */
export interface NewAnimalBin {
  readonly low: number
  readonly high: number
  /** Questions whose individual was in the gallery, by the probability of "new". */
  readonly newKnown: number
  /** Questions whose individual was not, by the probability of "new". */
  readonly newAbsent: number
  /** Questions whose individual was not, by the probability of the likeliest name. */
  readonly namedAbsent: number
}

/** How well new animals are noticed. */
export interface NewAnimals {
  /** Of pairs of an absent and a known question the share in which the absent one is the newer, ties as half: ½ by chance. */
  readonly auroc: number
  readonly bins: readonly NewAnimalBin[]
}

/** How well "new" tells questions about absent individuals from those about known ones. @throws InputError where there are none of one kind. */
export function newAnimalsOf(questions: readonly NewAnimalQuestion[]): NewAnimals {
  const known = questions.filter((one) => one.known)
  const absent = questions.filter((one) => !one.known)
  check(
    known.length > 0 && absent.length > 0,
    `answers: expected questions of known and of new individuals, got ${known.length} and ${absent.length}`,
  )
  const within = (bin: number) => (probability: number) =>
    Math.min(reliabilityBins - 1, Math.floor(probability * reliabilityBins)) === bin
  const bins = Array.from({ length: reliabilityBins }, (_, bin): NewAnimalBin => {
    const isIn = within(bin)
    return {
      low: bin / reliabilityBins,
      high: (bin + 1) / reliabilityBins,
      newKnown: known.filter(({ isNew }) => isIn(isNew)).length,
      newAbsent: absent.filter(({ isNew }) => isIn(isNew)).length,
      namedAbsent: absent.filter(({ probability }) => isIn(probability)).length,
    }
  })
  return { auroc: auroc(known, absent), bins }
}

/** By ranks: (Σ ranks of the absent − A (A + 1) / 2) / (A · K). */
function auroc(known: readonly NewAnimalQuestion[], absent: readonly NewAnimalQuestion[]): number {
  const sorted = [...known, ...absent].sort((a, b) => a.isNew - b.isNew)
  let sum = 0
  for (let begin = 0; begin < sorted.length; ) {
    let end = begin + 1
    while (end < sorted.length && sorted[end]!.isNew === sorted[begin]!.isNew) end++
    const rank = (begin + 1 + end) / 2
    for (let i = begin; i < end; i++) if (!sorted[i]!.known) sum += rank
    begin = end
  }
  return (sum - (absent.length * (absent.length + 1)) / 2) / (absent.length * known.length)
}
