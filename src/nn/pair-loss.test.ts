import { describe, expect, test } from 'vitest'
import { centralDifferences } from '../../test/differences.ts'
import { compute, goldenBackends } from '../../test/golden.ts'
import { gradient } from '../autodiff/index.ts'
import { Rng } from '../base/index.ts'
import { constant, input } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32, int32 } from '../tensor/index.ts'
import { type PairLossConfig, pairLoss, pairLossDefaults, pairLossSchema } from './pair-loss.ts'
import { pairsOf } from './pairs.ts'

/** Four photos of animal 0, three of 1, two of 2 and one of 3; behind them a bank with two empty places. */
const labels = [0, 1, 0, 2, 1, 0, 3, 2, 1, 0]
const bankLabels = [2, -1, 0, 4, -1]
const [count, dim] = [labels.length, 5]
const rng = new Rng('pair-loss.test')
const drawn = (rows: number) => Float32Array.from({ length: rows * dim }, () => rng.normal())
const raw = drawn(count)
const bank = Float32Array.from(unitRows(drawn(bankLabels.length)).flat())

const configs: Readonly<Record<string, PairLossConfig>> = {
  'triplet, batch-hard': { kind: 'triplet', weight: 0.5, margin: 0.4, mining: 'batch-hard' },
  'triplet, semi-hard': { kind: 'triplet', weight: 2, margin: 0.4, mining: 'semi-hard' },
  'multi-similarity': { kind: 'multi-similarity', weight: 1, alpha: 2, beta: 40, base: 0.4, epsilon: 0.3 },
  circle: { kind: 'circle', weight: 1, margin: 0.25, scale: 32 },
  'supervised-contrastive': { kind: 'supervised-contrastive', weight: 0.3, temperature: 0.2 },
}

function unitRows(flat: ArrayLike<number>): number[][] {
  return Array.from({ length: flat.length / dim }, (_, i) => {
    const row = Array.from({ length: dim }, (_, j) => flat[i * dim + j]!)
    const length = Math.hypot(...row)
    return row.map((x) => x / length)
  })
}

/** For each photo of the batch the cosines of its own animal's other photos and of other animals'; of its own those of the batch too. */
function neighbourhoods(withBank: boolean) {
  const batch = unitRows(raw)
  const references = withBank ? [...batch, ...unitRows(bank)] : batch
  const names = withBank ? [...labels, ...bankLabels] : labels
  return batch.map((anchor, a) => {
    const cosine = (r: number) => anchor.reduce((sum, x, j) => sum + x * references[r]![j]!, 0)
    const where = (wanted: (r: number) => boolean) =>
      names.flatMap((name, r) => (name >= 0 && r !== a && wanted(r) ? [cosine(r)] : []))
    return {
      same: where((r) => names[r] === labels[a]),
      sameInBatch: where((r) => r < count && names[r] === labels[a]),
      other: where((r) => names[r] !== labels[a]),
    }
  })
}

const distance = (cosine: number) => Math.sqrt(2 - 2 * cosine)
const sum = (list: readonly number[]) => list.reduce((total, x) => total + x, 0)
const average = (list: readonly number[]) => sum(list) / Math.max(1, list.length)

/** The losses once more, pair by pair. */
function plainly(config: PairLossConfig, withBank: boolean): number {
  const all = neighbourhoods(withBank)
  const both = all.filter(({ same, other }) => same.length > 0 && other.length > 0)
  switch (config.kind) {
    case 'triplet': {
      const { margin } = config
      if (config.mining === 'batch-hard')
        return average(
          both.map(({ same, other }) =>
            Math.max(0, Math.max(...same.map(distance)) - Math.min(...other.map(distance)) + margin),
          ),
        )
      const gaps = all.flatMap(({ sameInBatch, other }) =>
        sameInBatch.flatMap((p) => other.map((n) => distance(p) - distance(n))),
      )
      return average(gaps.filter((gap) => gap < 0 && gap + margin > 0).map((gap) => gap + margin))
    }
    case 'multi-similarity': {
      const { alpha, beta, base, epsilon } = config
      const each = all.map(({ same, other }) => {
        const positives = same.filter((s) => s < Math.max(...other) + epsilon)
        const negatives = other.filter((s) => same.length > 0 && s > Math.min(...same) - epsilon)
        const own = Math.log1p(sum(positives.map((s) => Math.exp(-alpha * (s - base))))) / alpha
        return own + Math.log1p(sum(negatives.map((s) => Math.exp(beta * (s - base))))) / beta
      })
      return average(each)
    }
    case 'circle': {
      const { margin: m, scale } = config
      const each = both.map(({ same, other }) => {
        const own = sum(same.map((s) => Math.exp(-scale * Math.max(0, 1 + m - s) * (s - 1 + m))))
        return Math.log1p(own * sum(other.map((s) => Math.exp(scale * Math.max(0, s + m) * (s - m)))))
      })
      return average(each)
    }
    case 'supervised-contrastive': {
      const { temperature: t } = config
      const each = all
        .filter(({ same }) => same.length > 0)
        .map(({ same, other }) => {
          const everyone = Math.log(sum([...same, ...other].map((s) => Math.exp(s / t))))
          return average(same.map((s) => everyone - s / t))
        })
      return average(each)
    }
  }
}

/** The loss's value and its gradient. */
function made(config: PairLossConfig, withBank: boolean) {
  const embeddings = input('embeddings', [count, dim])
  const remembered = {
    embeddings: constant(float32([bankLabels.length, dim], bank)),
    labels: constant(float32([bankLabels.length], bankLabels)),
  }
  const pairs = pairsOf(embeddings, input('labels', [count], 'int32'), withBank ? remembered : undefined)
  const loss = pairLoss(pairs, config)
  return { loss, slope: gradient(loss, [embeddings])[0]! }
}

const feeds = { embeddings: float32([count, dim], raw), labels: int32([count], labels) }
const cases = Object.entries(configs).flatMap(([name, config]) =>
  [false, true].map((withBank) => ({ name, config, withBank })),
)

describe.each(goldenBackends)('$name', ({ backend, forward }) => {
  test.each(cases)('$name is what it says, pair by pair (with a bank: $withBank)', async ({ config, withBank }) => {
    const { loss } = await compute(await backend, { loss: made(config, withBank).loss }, feeds)
    const expected = config.weight * plainly(config, withBank)
    expect(expected).toBeGreaterThan(0.01)
    expect(Math.abs(Number(loss!.data[0]) / expected - 1)).toBeLessThan(forward)
  })

  test.each(Object.entries(configs))(
    '%s teaches nothing where no animal is there twice, or only one',
    async (_, config) => {
      const single = { ...feeds, labels: int32([count], [...labels.keys()]) }
      const { loss, slope } = await compute(await backend, made(config, false), single)
      expect(Number(loss!.data[0])).toBeCloseTo(0, 6)
      for (const x of slope!.data) expect(Number(x)).toBeCloseTo(0, 6)
      const alone = await compute(await backend, made(config, false), {
        ...feeds,
        labels: int32([count], Array(count).fill(0)),
      })
      for (const x of alone.slope!.data) expect(Number.isFinite(Number(x))).toBe(true)
    },
  )

  test.each(Object.entries(configs))('%s stays finite where all photos are one and the same', async (_, config) => {
    const one = {
      ...feeds,
      embeddings: float32(
        [count, dim],
        Array.from({ length: count * dim }, (_, i) => i % dim),
      ),
    }
    const { loss, slope } = await compute(await backend, made(config, false), one)
    expect(Number.isFinite(Number(loss!.data[0]))).toBe(true)
    for (const x of slope!.data) expect(Math.abs(Number(x))).toBeLessThan(1e3)
  })
})

test.each(cases.filter(({ config }) => config.kind !== 'circle'))(
  '$name: its gradient is that of differences (with a bank: $withBank)',
  async ({ config, withBank }) => {
    const { loss, slope } = made(config, withBank)
    const { slope: found } = await compute(referenceBackend({ floats: 'float64' }), { slope }, feeds)
    const { embeddings: expected } = await centralDifferences(loss, ['embeddings'], feeds)
    Array.from(expected!.data, Number).forEach((x, i) => {
      expect(Math.abs(Number(found!.data[i]) - x)).toBeLessThan(1e-6 + 1e-5 * Math.abs(x))
    })
  },
)

test('a kind brings defaults that its schema accepts, and nothing else', () => {
  for (const kind of ['triplet', 'multi-similarity', 'circle', 'supervised-contrastive'] as const) {
    const defaults = pairLossDefaults(kind)
    expect(pairLossSchema.parse(defaults)).toEqual(defaults)
    expect(pairLossSchema.safeParse({ ...defaults, other: 1 }).success).toBe(false)
  }
  const [issue] = pairLossSchema.safeParse({ kind: 'contrast' }).error!.issues
  expect(issue!.message).toBe("expected 'triplet', 'multi-similarity', 'circle' or 'supervised-contrastive'")
})
