import { describe, expect, test } from 'vitest'
import { type Graph, graphInputs, input, topological } from '../src/graph/index.ts'
import { lower } from '../src/lower/index.ts'
import { rewriteGraph } from '../src/lower/rewrite.ts'
import { neckLoss } from '../src/models/index.ts'
import { isPairLossKind, type LossKind, lossDefaults, lossSchema, Scope } from '../src/nn/index.ts'
import { presets } from '../src/run/index.ts'
import { deviceTarget } from '../src/runtime/device-target.ts'
import { placement } from '../src/runtime/index.ts'
import { presetSteps, stepGraph, stepPlan } from '../src/train/index.ts'
import { webgpu } from './backends.ts'

const target = deviceTarget('webgpu')
const [batchSize, sizePx, identities] = [4, 32, 3]

/** Every loss that a configuration can name. */
const losses: LossKind[] = lossSchema.options.flatMap(({ shape }) => [...shape.kind.values])

/** A preset's step with a tiny network. */
function tinyStep(preset: 'brief' | 'atto' | 'demo', backbone: string): Graph {
  const config = presets[preset]
  const model = { ...config.model, backbone, embeddingSize: 8 }
  const size = { batchSize, chunk: batchSize, heightPx: sizePx, widthPx: sizePx }
  return stepGraph({ ...config, model, identities, ...size, precision: 'fp32', packed: true }).graph
}

/** The step of a head with one loss. */
function headStep(kind: LossKind): Graph {
  const { head } = presets
  const scope = Scope.root('training')
  const features = input('features', [batchSize, 16])
  const options = {
    ...{ ...head, loss: lossDefaults(kind), labelSmoothing: 0.1, memoryBank: isPairLossKind(kind) ? 8 : 0 },
    ...{ identities, photosPerIdentity: [1, 2, 3], marginShare: input('marginShare', []) },
  }
  const made = neckLoss(scope, features, input('labels', [batchSize], 'int32'), head.model, options)
  return stepPlan(scope, made.loss, { layers: 0, layerOf: () => 0 }, head).graph
}

/** Graphs side by side in one, each with inputs and outputs of its own. */
function together(graphs: Readonly<Record<string, Graph>>): Graph {
  const outputs = Object.entries(graphs).flatMap(([name, graph]) => {
    const own = rewriteGraph(graph, (value) =>
      value.op === 'input' ? input(`${name}/${value.attrs.name}`, value.shape, value.dtype) : value,
    )
    return Object.entries(own.outputs).map(([output, value]) => [`${name}/${output}`, value] as const)
  })
  return { outputs: Object.fromEntries(outputs) }
}

/** What decides where a node runs: its op and types. */
function kinds(graph: Graph): Set<string> {
  const values = topological(Object.values(lower(graph, target).outputs))
  return new Set(values.map(({ op, dtype, inputs }) => `${op}(${inputs.map((x) => x.dtype)}) ${dtype}`))
}

const tinyNetworks = ['convnext_micro', 'vit_mini_patch8'] as const

test.skipIf(webgpu.skip !== undefined)(
  `WebGPU takes every op of tiny training steps, and with every loss ${webgpu.skip ?? ''}`,
  async () => {
    const steps = together({
      ...Object.fromEntries(tinyNetworks.map((name) => [name, tinyStep('brief', name)])),
      ...Object.fromEntries(losses.map((kind) => [kind, headStep(kind)])),
    })
    const { fallen, placed } = await placement(steps, 'webgpu')
    expect(fallen).toEqual([])
    expect(placed).toBeGreaterThan(3000)
  },
  60_000,
)

describe('the steps of the presets', () => {
  test('are made of the ops of the brief’s, whatever the network', () => {
    for (const network of tinyNetworks) {
      const known = kinds(tinyStep('brief', network))
      for (const preset of ['atto', 'demo'] as const)
        expect(
          [...kinds(tinyStep(preset, network))].filter((kind) => !known.has(kind)),
          preset,
        ).toEqual([])
    }
  })

  test('are all there for a check, each as its preset says', async () => {
    const steps = await presetSteps('cpu')
    expect(steps.map(({ name }) => name)).toEqual([
      'brief (convnext_small, fp32)',
      'atto (convnext_atto, fp32)',
      'demo (convnext_mini, fp32)',
      'brief, DINOv2 (vit_small_patch14_dinov2, fp32)',
      'head',
    ])
    const shapeOf = (graph: Graph, name: string) => graphInputs(graph).find(({ attrs }) => attrs.name === name)?.shape
    expect(shapeOf(steps[2]!.graph(), 'pixels')).toEqual([32, 64, 128, 3])
    expect(shapeOf(steps[4]!.graph(), 'features')).toEqual([32, 768])
  })
})
