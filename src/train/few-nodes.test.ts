import { expect, test } from 'vitest'
import { relativeError } from '../../test/golden.ts'
import { tinyConfig, tinyFeeds, tinyNetworks, tinySeed } from '../../test/tiny-training.ts'
import { type Graph, topological } from '../graph/index.ts'
import { lower, portableTarget } from '../lower/index.ts'
import { lossScaleDefaults } from '../optim/index.ts'
import { ortBackend } from '../runtime/index.ts'
import { packState } from './packs.ts'
import { initialState } from './state.ts'
import { stepGraph } from './step.ts'

const backend = await ortBackend({ threads: 1 })

test.each([
  ['ConvNeXt', { ...tinyNetworks.ConvNeXt, backbone: 'convnext_mini' }, 'fp32', 0.95, 2e-4],
  ['ViT', tinyNetworks.ViT, 'fp32', 0.98, 2e-4],
  ['ConvNeXt', { ...tinyNetworks.ConvNeXt, backbone: 'convnext_mini' }, 'fp16', 0.95, 0.02],
] as const)('a step of %s %# in fewer nodes is the same step', async (_, model, precision, share, tolerance) => {
  const plan = stepGraph({
    ...tinyConfig(model),
    precision,
    packed: true,
    lossScale: { ...lossScaleDefaults, initial: 8 },
  })
  const feeds = { ...tinyFeeds(0, plan), ...packState(plan.packs, initialState(plan, tinySeed)) }
  const run = async (graph: Graph) => {
    const program = await backend.compile(graph)
    const results = await program.run(feeds)
    await program.release()
    return results
  }
  const [plain, few] = [false, true].map((prefersFew) =>
    lower(plan.graph, { ...portableTarget, prefersFew, wideSums: prefersFew }),
  )
  expect(size(few!) / size(plain!)).toBeLessThan(share)
  const [wanted, got] = [await run(plain!), await run(few!)]
  expect(Object.keys(got)).toEqual(Object.keys(wanted))
  for (const [name, tensor] of Object.entries(wanted)) {
    expect(got[name]!.shape, name).toEqual(tensor.shape)
    expect(relativeError(got[name]!, tensor), name).toBeLessThan(tolerance)
  }
})

function size({ outputs }: Graph): number {
  return topological(Object.values(outputs)).filter(({ op }) => op !== 'reshape' && op !== 'constant').length
}
