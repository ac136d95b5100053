import { describe, expect, test } from 'vitest'
import { gradient } from '../src/autodiff/index.ts'
import { input } from '../src/graph/index.ts'
import {
  arcfaceDefaults,
  cosfaceDefaults,
  crossEntropy,
  type IdentityLossConfig,
  identityLogits,
  Scope,
} from '../src/nn/index.ts'
import { int32 } from '../src/tensor/index.ts'
import { compute, golden, goldenBackends, narrow, relativeError } from './golden.ts'

const kinds: readonly IdentityLossConfig[] = [arcfaceDefaults, cosfaceDefaults, { kind: 'softmax' }]

describe.each(goldenBackends)('$name', ({ backend, forward, gradients }) => {
  test.each(kinds.flatMap((loss) => [0, 0.1].map((smoothing) => ({ loss, kind: loss.kind, smoothing }))))(
    '$kind, label smoothing $smoothing: logits, loss and gradients',
    async ({ loss: config, smoothing }) => {
      const file = golden('losses')
      const [embeddings, labels] = [input('embeddings', [6, 8]), input('labels', [6], 'int32')]
      const scope = Scope.root('training')
      const logits = identityLogits(scope, embeddings, labels, { identities: 5, loss: config })
      const loss = crossEntropy(logits, labels, smoothing)
      const weight = scope.params()[0]!.value
      const [dembeddings, dweight] = gradient(loss, [embeddings, weight])
      const results = await compute(
        await backend,
        { logits, loss, dembeddings: dembeddings!, dweight: dweight! },
        {
          embeddings: narrow(file.get('embeddings')),
          weight: narrow(file.get('weight')),
          labels: int32([6], Array.from(file.get('labels').data, Number)),
        },
      )
      const name = `${config.kind}${smoothing === 0 ? '' : '-smooth'}`
      expect(relativeError(results.logits!, file.get(`${config.kind}/logits`))).toBeLessThan(forward)
      expect(relativeError(results.loss!, file.get(`${name}/loss`))).toBeLessThan(forward)
      expect(relativeError(results.dembeddings!, file.get(`${name}/dembeddings`))).toBeLessThan(gradients)
      expect(relativeError(results.dweight!, file.get(`${name}/dweight`))).toBeLessThan(gradients)
    },
  )

  test('ArcFace past θ = π − m (row 5) is the line cos θ − m·sin m', async () => {
    const file = golden('losses')
    const theta = Number(file.get('theta').data[5])
    expect(theta).toBeGreaterThan(Math.PI - 0.5)
    const [embeddings, labels] = [input('embeddings', [6, 8]), input('labels', [6], 'int32')]
    const logits = identityLogits(Scope.root('training'), embeddings, labels, { identities: 5, loss: arcfaceDefaults })
    const results = await compute(
      await backend,
      { logits },
      {
        embeddings: narrow(file.get('embeddings')),
        weight: narrow(file.get('weight')),
        labels: int32([6], Array.from(file.get('labels').data, Number)),
      },
    )
    const own = Number(results.logits!.data[5 * 5 + 1])
    expect(own / (30 * (Math.cos(theta) - 0.5 * Math.sin(0.5)))).toBeCloseTo(1, 5)
  })
})
