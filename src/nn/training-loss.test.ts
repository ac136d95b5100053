import { expect, test } from 'vitest'
import { gradient } from '../autodiff/index.ts'
import { Rng } from '../base/index.ts'
import { input, matmul, reduceMean, where } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32, int32, type Tensor } from '../tensor/index.ts'
import type { Pairs } from './pairs.ts'
import { Scope } from './scope.ts'
import { type LossOptions, trainingLoss } from './training-loss.ts'

const [batch, dim, identities] = [5, 4, 3]
const rng = new Rng('training-loss.test')
const drawn = (rows: number) =>
  float32(
    [rows, dim],
    Float32Array.from({ length: rows * dim }, () => rng.normal()),
  )
const feeds = {
  embeddings: drawn(batch),
  labels: int32([batch], [0, 1, 0, 2, 2]),
  'head.weight': drawn(identities),
}

/** The loss and its gradient. */
async function made(options: Partial<LossOptions>): Promise<Record<string, Tensor>> {
  const embeddings = input('embeddings', [batch, dim])
  const all = { identities, labelSmoothing: 0.1, loss: { kind: 'softmax' } as const, ...options }
  const loss = trainingLoss(Scope.root('training'), embeddings, input('labels', [batch], 'int32'), all)
  const [slope] = gradient(loss, [embeddings])
  const program = await referenceBackend({ floats: 'float64' }).compile({ outputs: { loss, slope: slope! } })
  return program.run(feeds)
}

const numbers = ({ data }: Tensor) => Array.from(data, Number)

test('logits of one’s own are what cross-entropy follows', async () => {
  const own = await made({
    loss: { kind: 'own', logits: ({ embeddings, weight }) => matmul(embeddings, weight, { transB: true }) },
  })
  const softmax = await made({})
  expect(numbers(own.loss!)).toEqual(numbers(softmax.loss!))
  expect(numbers(own.slope!)).toEqual(numbers(softmax.slope!))
})

test('a pair loss is added with its weight, and one of one’s own as it is', async () => {
  const pairs = { kind: 'own', pairs: ({ cosines, other }: Pairs) => reduceMean(where(other, cosines, 0)) } as const
  const [plain, alone] = [await made({}), await made({ loss: pairs })]
  const both = await made({ pairLoss: pairs })
  expect(numbers(both.loss!)[0]).toBeCloseTo(numbers(plain.loss!)[0]! + numbers(alone.loss!)[0]!, 12)
  const triplet = { kind: 'triplet', weight: 1, margin: 0.5, mining: 'batch-hard' } as const
  const once = numbers((await made({ loss: triplet })).loss!)[0]!
  const added = numbers((await made({ pairLoss: { ...triplet, weight: 0.25 } })).loss!)[0]!
  expect(once).toBeGreaterThan(0.01)
  expect(added).toBeCloseTo(numbers(plain.loss!)[0]! + 0.25 * once, 6)
})

test('class-balanced weights make the rare individual’s photos count more', async () => {
  const photosPerIdentity = [1, 9, 9]
  const shareOfFirst = ({ slope }: Record<string, Tensor>) => {
    const rows = Array.from({ length: batch }, (_, i) => Math.hypot(...numbers(slope!).slice(i * dim, (i + 1) * dim)))
    return rows[0]! / rows[1]!
  }
  const plain = shareOfFirst(await made({ photosPerIdentity }))
  // 1 of the photo alone, (1 − 0.5) / (1 − 0.5⁹) of the nine
  const ratio = (1 - 0.5 ** 9) / 0.5
  expect(shareOfFirst(await made({ photosPerIdentity, classBalance: 0.5 })) / plain).toBeCloseTo(ratio, 6)
})
