import { describe, expect, test } from 'vitest'
import { gradient } from '../src/autodiff/index.ts'
import { constant, input } from '../src/graph/index.ts'
import { type PairLossConfig, pairLoss, pairLossDefaults, pairsOf, type Remembered } from '../src/nn/index.ts'
import { float32, int32, type Tensor } from '../src/tensor/index.ts'
import { compute, golden, goldenBackends, narrow, relativeError } from './golden.ts'

const file = golden('pair-losses')
const whole = ({ data }: Tensor) => int32([data.length], Array.from(data, Number))

/** By its name in the file. */
const losses: Readonly<Record<string, PairLossConfig>> = {
  'triplet-batch-hard': { kind: 'triplet', weight: 1, margin: 0.3, mining: 'batch-hard' },
  'triplet-semi-hard': { kind: 'triplet', weight: 1, margin: 0.3, mining: 'semi-hard' },
  'multi-similarity': pairLossDefaults('multi-similarity'),
  circle: pairLossDefaults('circle'),
  'supervised-contrastive': pairLossDefaults('supervised-contrastive'),
}
// Every negative and positive passes a miner as wide as cosines are.
const unmined: PairLossConfig = { kind: 'multi-similarity', weight: 1, alpha: 2, beta: 50, base: 0.5, epsilon: 2 }
const withBank: Readonly<Record<string, PairLossConfig>> = {
  'multi-similarity/bank': unmined,
  'circle/bank': pairLossDefaults('circle'),
  'supervised-contrastive/bank': pairLossDefaults('supervised-contrastive'),
}

describe.each(goldenBackends)('$name', ({ backend, forward, gradients }) => {
  async function expectGolden(name: string, config: PairLossConfig, remembered?: Remembered) {
    const [embeddings, labels] = [input('embeddings', [12, 6]), input('labels', [12], 'int32')]
    const loss = pairLoss(pairsOf(embeddings, labels, remembered), config)
    const [slope] = gradient(loss, [embeddings])
    const feeds = { embeddings: narrow(file.get('embeddings')), labels: whole(file.get('labels')) }
    const results = await compute(await backend, { loss, slope: slope! }, feeds)
    expect(relativeError(results.loss!, file.get(`${name}/loss`))).toBeLessThan(forward)
    expect(relativeError(results.slope!, file.get(`${name}/dembeddings`))).toBeLessThan(gradients)
  }

  test.each(Object.entries(losses))('%s: loss and gradient', (name, config) => expectGolden(name, config))

  test.each(Object.entries(withBank))('%s: loss and gradient', (name, config) =>
    expectGolden(name, config, {
      embeddings: constant(narrow(file.get('bank'))),
      labels: constant(float32([6], Array.from(file.get('bank_labels').data, Number))),
    }),
  )
})
