import { describe, expect, test } from 'vitest'
import { compute, goldenBackends } from '../../test/golden.ts'
import { gradient, pullback } from '../autodiff/index.ts'
import { constant, input, reduceSum } from '../graph/index.ts'
import { filled, float32, int32 } from '../tensor/index.ts'
import { arcfaceDefaults, cosfaceDefaults, type IdentityLossConfig, identityLogits } from './identity-loss.ts'
import { crossEntropy, l2Normalise, oneHot } from './losses.ts'
import { addedAngle, fixedAngle } from './margin-logits.ts'
import { Scope } from './scope.ts'
import { largestMargin, lossDefaults, lossSchema } from './training-loss.ts'

const numbers = (data: ArrayLike<unknown>) => Array.from(data, Number)

describe.each(goldenBackends)('$name', ({ backend }) => {
  test.each([0.1, 0.5, 1, 1.5])(
    'cos(θ + %d) falls from θ = 0 to π, with a finite slope everywhere',
    async (marginRad) => {
      const count = 2001
      const theta = Array.from({ length: count }, (_, i) => (Math.PI * i) / (count - 1))
      const cosine = input('cosine', [count])
      const turned = addedAngle(cosine, fixedAngle(marginRad))
      const [slope] = pullback([turned], [constant(filled([count], 1))], [cosine])
      const results = await compute(
        await backend,
        { turned, slope: slope! },
        { cosine: float32([count], theta.map(Math.cos)) },
      )
      const [values, slopes] = [numbers(results.turned!.data), numbers(results.slope!.data)]
      for (let i = 0; i < count; i++) {
        expect(slopes[i], `slope at θ = ${theta[i]}`).toBeGreaterThan(0)
        expect(slopes[i]).toBeLessThan(1e3)
        if (i > 0) expect(values[i], `θ = ${theta[i]}`).toBeLessThanOrEqual(values[i - 1]! + 1e-6)
        const plain = Math.cos(theta[i]! + marginRad)
        // sin θ is floored at 10⁻³
        if (theta[i]! > 0.01 && theta[i]! + marginRad < Math.PI) expect(values[i]).toBeCloseTo(plain, 5)
      }
    },
  )

  test('cos(θ + m) at cos θ = ±1, by hand', async () => {
    const cosine = input('cosine', [2])
    const turned = addedAngle(cosine, fixedAngle(0.5))
    const [slope] = pullback([turned], [constant(filled([2], 1))], [cosine])
    const results = await compute(await backend, { turned, slope: slope! }, { cosine: float32([2], [1, -1]) })
    // at 1: cos m − 10⁻³·sin m, where sin θ is at its floor and passes no gradient; at −1 the line −1 − m·sin m
    expect(results.turned!.data[0]).toBeCloseTo(Math.cos(0.5) - 1e-3 * Math.sin(0.5), 6)
    expect(results.turned!.data[1]).toBeCloseTo(-1 - 0.5 * Math.sin(0.5), 6)
    expect(results.slope!.data[0]).toBeCloseTo(Math.cos(0.5), 6)
    expect(results.slope!.data[1]).toBeCloseTo(1, 6)
  })

  test.each<IdentityLossConfig>([arcfaceDefaults, cosfaceDefaults])(
    '$kind: the loss grows with the angle, its gradients are finite at 0 and at π',
    async (loss) => {
      const steps = 181
      const angles = Array.from({ length: steps }, (_, i) => (Math.PI * i) / (steps - 1))
      const [embeddings, labels] = [input('e', [steps, 2]), input('labels', [steps], 'int32')]
      const scope = Scope.root('training')
      const logits = identityLogits(scope, embeddings, labels, { identities: 2, loss })
      const weight = scope.params()[0]!.value
      // exact at both ends: (1, 0) and (−1, 0)
      const e = angles.flatMap((angle, i) => (i === steps - 1 ? [-1, 0] : [Math.cos(angle), Math.sin(angle)]))
      const each = await compute(
        await backend,
        {
          logits,
          ...Object.fromEntries(
            gradient(crossEntropy(logits, labels), [embeddings, weight]).map((g, i) => [`g${i}`, g]),
          ),
        },
        {
          e: float32([steps, 2], e),
          weight: float32([2, 2], [1, 0, 0, -1]),
          labels: int32([steps], new Array(steps).fill(0)),
        },
      )
      const z = numbers(each.logits!.data)
      const own = Array.from({ length: steps }, (_, i) => z[2 * i]!)
      for (let i = 1; i < steps; i++) expect(own[i], `${i}°`).toBeLessThan(own[i - 1]! + 1e-5)
      for (const name of ['g0', 'g1'])
        for (const value of numbers(each[name]!.data)) expect(Math.abs(value)).toBeLessThan(100)
      expect(own[0]).toBeCloseTo(loss.kind === 'arcface' ? 30 * (Math.cos(0.5) - 1e-3 * Math.sin(0.5)) : 30 * 0.65, 3)
    },
  )

  test('the share of the margin in force goes from plain cosines to the whole margin', async () => {
    const [embeddings, labels, marginShare] = [input('e', [1, 2]), input('labels', [1], 'int32'), input('share', [])]
    const options = { identities: 2, loss: arcfaceDefaults, marginShare }
    const logits = identityLogits(Scope.root('training'), embeddings, labels, options)
    const at = async (share: number) => {
      const feeds = { e: float32([1, 2], [3, 3]), weight: float32([2, 2], [1, 0, 0, 2]), share: float32([], [share]) }
      return numbers((await compute(await backend, { logits }, { ...feeds, labels: int32([1], [0]) })).logits!.data)
    }
    const [plain, whole] = [30 * Math.SQRT1_2, 30 * Math.cos(Math.PI / 4 + 0.5)]
    for (const share of [0, 0.25, 1]) {
      const [own, other] = await at(share)
      expect(own).toBeCloseTo(plain + share * (whole - plain), 4)
      expect(other).toBeCloseTo(plain, 4)
    }
  })

  test('l2Normalise: rows of length 1; a zero row stays zero and its gradient is zero', async () => {
    const x = input('x', [3, 2])
    const y = l2Normalise(x)
    const [dx] = gradient(reduceSum(y), [x])
    const { y: unit, dx: slope } = await compute(
      await backend,
      { y, dx: dx! },
      { x: float32([3, 2], [3, 4, 0, 0, 0, -2]) },
    )
    expect(numbers(unit!.data).map((v) => v.toFixed(6))).toEqual([0.6, 0.8, 0, 0, 0, -1].map((v) => v.toFixed(6)))
    // d/dx of (x₀ + x₁)/‖x‖ at (3, 4): (1 − 7·3/25)/5, (1 − 7·4/25)/5; at (0, −2): 1/2, 0
    const expected = [0.032, -0.024, 0, 0, 0.5, 0]
    numbers(slope!.data).forEach((v, i) => expect(v, `dx ${i}`).toBeCloseTo(expected[i]!, 6))
  })

  test('cross-entropy by hand, without and with smoothing, and of logits that overflow exp', async () => {
    const [logits, labels] = [input('logits', [2, 3]), input('labels', [2], 'int32')]
    const outputs = {
      plain: crossEntropy(logits, labels),
      smooth: crossEntropy(logits, labels, 0.3),
      rows: oneHot(labels, 3),
    }
    const feeds = (rows: readonly number[]) => ({ logits: float32([2, 3], rows), labels: int32([2], [2, 0]) })
    const { plain, smooth, rows } = await compute(await backend, outputs, feeds([0, Math.log(2), Math.log(5), 0, 0, 0]))
    // rows: log(8/5) and log 3
    const [first, second] = [Math.log(8 / 5), Math.log(3)]
    expect(plain!.data[0]).toBeCloseTo((first + second) / 2, 6)
    // 0.3 of each row's weight goes to the mean over the three classes: log 8 − log(10)/3, log 3
    const spread = (Math.log(8) - Math.log(10) / 3 + Math.log(3)) / 2
    expect(smooth!.data[0]).toBeCloseTo((0.7 * (first + second)) / 2 + 0.3 * spread, 6)
    expect(numbers(rows!.data)).toEqual([0, 0, 1, 1, 0, 0])
    const large = await compute(await backend, outputs, feeds([1000, 0, 1000, 500, -500, 0]))
    expect(large.plain!.data[0]).toBeCloseTo(Math.log(2) / 2, 4)
  })
})

describe('the table of losses', () => {
  const kinds = ['arcface', 'cosface', 'softmax', 'sub-center-arcface', 'dynamic-margin-arcface', 'adaface'] as const

  test('a kind brings defaults that its schema accepts, and nothing else', () => {
    for (const kind of kinds) {
      const defaults = lossDefaults(kind)
      expect(lossSchema.parse(defaults)).toEqual(defaults)
      expect(lossSchema.safeParse({ ...defaults, other: 1 }).success).toBe(false)
    }
    expect(lossDefaults('cosface')).toEqual({ kind: 'cosface', margin: 0.35, scale: 30 })
  })

  test('an unknown kind is answered with all that there are', () => {
    const [issue] = lossSchema.safeParse({ kind: 'tripletloss' }).error!.issues
    expect(issue!.message).toBe(
      "expected 'arcface', 'cosface', 'softmax', 'sub-center-arcface', 'dynamic-margin-arcface', 'adaface', 'triplet', 'multi-similarity', 'circle' or 'supervised-contrastive'",
    )
  })

  test('the largest margin is what a logit can lose, at the worst angle', () => {
    const angles = Array.from({ length: 1001 }, (_, i) => (Math.PI * i) / 1000)
    const lost = (m: number) => (θ: number) =>
      Math.cos(θ) - (θ + m < Math.PI ? Math.cos(θ + m) : Math.cos(θ) - m * Math.sin(m))
    for (const marginRad of [0.2, 0.5, 1.5])
      expect(largestMargin({ kind: 'arcface', marginRad, scale: 16 })).toBeCloseTo(
        16 * Math.max(...angles.map(lost(marginRad))),
        3,
      )
    expect(largestMargin({ kind: 'cosface', margin: 0.25, scale: 16 })).toBe(4)
    expect(largestMargin({ kind: 'softmax' })).toBe(0)
  })
})
