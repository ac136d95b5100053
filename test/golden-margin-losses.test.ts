import { describe, expect, test } from 'vitest'
import { gradient } from '../src/autodiff/index.ts'
import { type Graph, input, type Value } from '../src/graph/index.ts'
import { type LossConfig, lossDefaults, Scope, trainingLoss } from '../src/nn/index.ts'
import { filled, int32, type Tensor } from '../src/tensor/index.ts'
import { golden, goldenBackends, narrow, relativeError } from './golden.ts'

const file = golden('margin-losses')
const photosPerIdentity = [40, 12, 3, 7, 1]
const labels = int32([8], Array.from(file.get('labels').data, Number))

/** Loss, gradients, and what is carried over. */
function graphOf(
  loss: LossConfig,
  classBalance = 0,
): { readonly graph: Graph; readonly statistics: readonly string[] } {
  const scope = Scope.root('training')
  const embeddings = input('embeddings', [8, 6])
  const options = { identities: 5, loss, labelSmoothing: 0, photosPerIdentity, classBalance }
  const value = trainingLoss(scope, embeddings, input('labels', [8], 'int32'), options)
  const weight = scope.params()[0]!.value
  const [dembeddings, dweight] = gradient(value, [embeddings, weight])
  const carried = scope.statistics().map(({ spec, next }): [string, Value] => [`next/${spec.name}`, next!])
  return {
    graph: {
      outputs: { loss: value, dembeddings: dembeddings!, dweight: dweight!, ...Object.fromEntries(carried) },
      carried: Object.fromEntries(carried.map(([name]) => [name.slice('next/'.length), name])),
    },
    statistics: scope.statistics().map(({ spec }) => spec.name),
  }
}

describe.each(goldenBackends)('$name', ({ backend, forward, gradients }) => {
  function expectGolden(results: Readonly<Record<string, Tensor>>, name: string) {
    expect(relativeError(results.loss!, file.get(`${name}/loss`)), 'loss').toBeLessThan(forward)
    for (const slope of ['dembeddings', 'dweight'])
      expect(relativeError(results[slope]!, file.get(`${name}/${slope}`)), slope).toBeLessThan(gradients)
  }

  const cases: readonly [string, LossConfig, string, number][] = [
    ['sub-center', { kind: 'sub-center-arcface', marginRad: 0.5, scale: 16, centers: 3 }, 'centers', 0],
    [
      'dynamic-margin',
      { kind: 'dynamic-margin-arcface', marginRad: 0.5, smallestRad: 0.2, power: 0.25, scale: 16 },
      'weight',
      0,
    ],
    ['class-balanced', { kind: 'arcface', marginRad: 0, scale: 16 }, 'weight', 0.9],
  ]
  test.each(cases)('%s: loss and gradients', async (name, config, weight, classBalance) => {
    const program = await (await backend).compile(graphOf(config, classBalance).graph)
    const feeds = { labels, embeddings: narrow(file.get('embeddings')), 'head.weight': narrow(file.get(weight)) }
    const results = await program.run(feeds)
    await program.release()
    expectGolden(results, name)
  })

  test('AdaFace: loss and gradients of two batches, what norms were carried over', async () => {
    const config: LossConfig = { kind: 'adaface', margin: 0.4, concentration: 0.333, decay: 0.9, scale: 16 }
    const { graph, statistics } = graphOf(config)
    const weight = { 'head.weight': narrow(file.get('weight')) }
    const state = { ...weight, ...Object.fromEntries(statistics.map((name) => [name, filled([1], 0)])) }
    const program = await (await backend).start(graph, state)
    expectGolden(await program.step({ labels, embeddings: narrow(file.get('embeddings')) }), 'adaface')
    expectGolden(await program.step({ labels, embeddings: narrow(file.get('later')) }), 'adaface-later')
    const kept = await program.checkpoint()
    await program.release()
    for (const key of ['weight', 'mean', 'deviation'])
      expect(relativeError(kept[`head.norm.${key}`]!, file.get(`adaface/${key}`)), key).toBeLessThan(forward)
  })
})

test('the losses’ defaults are the papers’', () => {
  expect(lossDefaults('sub-center-arcface')).toMatchObject({ centers: 3, marginRad: 0.5 })
  expect(lossDefaults('dynamic-margin-arcface')).toMatchObject({ power: 0.25 })
  expect(lossDefaults('adaface')).toMatchObject({ margin: 0.4, concentration: 0.333, decay: 0.99 })
})
