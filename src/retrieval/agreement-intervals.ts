import { Rng } from '../base/index.ts'
import { type Agreement, agreementOf } from './agreement.ts'
import { type Interval, intervalDefaults } from './bootstrap.ts'
import { numbered } from './resample.ts'

/** Within what an agreement lies. */
export type AgreementInterval = Readonly<Record<keyof Agreement, Interval>>

/** Of more units several are left out at a time. */
const blocksAtMost = 200

/** The normal's 97.5 percentile. */
const normal = 1.959964

/**
 * 95 % intervals of the agreement of `groups` with `own`, by the jackknife: θ ± 1.96 · √((B − 1)/B · Σ (θ₋ᵦ − θ̄)²), θ₋ᵦ without the photos of unit
 * b (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 11). What is left out is an individual, or an encounter; beyond 200 of them, one
 * of 200 blocks into which a seed deals them. The groups are those of all photos: photos are left out of them, and not grouped anew. A bootstrap would
 * have photos twice, which agree with themselves. Null for fewer than three units.
 */
export function agreementInterval(
  own: readonly number[],
  groups: readonly number[],
  units: readonly string[],
): AgreementInterval | null {
  const unit = numbered(units)
  const count = new Set(unit).size
  if (count < 3) return null
  const block = blocksOf(count)
  const whole = agreementOf(own, groups)
  const without = Array.from({ length: Math.min(count, blocksAtMost) }, (_, b) => {
    const kept = own.flatMap((_, i) => (block[unit[i]!] === b ? [] : [i]))
    return agreementOf(
      kept.map((i) => own[i]!),
      kept.map((i) => groups[i]!),
    )
  })
  const interval = (name: keyof Agreement): Interval => {
    const values = without.map((one) => one[name])
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    const half = normal * Math.sqrt(((values.length - 1) / values.length) * squares)
    return [Math.max(-1, whole[name] - half), Math.min(1, whole[name] + half)]
  }
  return { ami: interval('ami'), ari: interval('ari') }
}

/** For each unit its block, of nearly equal numbers. */
function blocksOf(units: number): Int32Array {
  const blocks = Int32Array.from({ length: units }, (_, unit) => unit % blocksAtMost)
  if (units <= blocksAtMost) return blocks
  const rng = new Rng(intervalDefaults.seed).fork('jackknife')
  for (let i = units - 1; i > 0; i--) {
    const j = rng.int(i + 1)
    ;[blocks[i], blocks[j]] = [blocks[j]!, blocks[i]!]
  }
  return blocks
}
