import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { graphInputs } from '../src/graph/index.ts'
import { lower, portableTarget } from '../src/lower/index.ts'
import { encodeModel, toOnnx } from '../src/onnx/index.ts'
import { ortBackend, type Tensors } from '../src/runtime/index.ts'
import { initialState, stepGraph } from '../src/train/index.ts'
import { launchBrowser, openFile } from './browser.ts'
import { type OrtPage, serveOrtPage } from './ort-page.ts'
import { tinyConfig, tinyFeeds, tinyNetworks, tinySeed, tinySteps } from './tiny-training.ts'
import { webTraining } from './tolerances.ts'

/** The loop of a training: what a step carries over is fed to the next. Tensors come as lists of numbers. */
const script = `
  const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }
  const tensors = (all) => Object.fromEntries(Object.entries(all).map(([name, { dtype, shape, data }]) =>
    [name, new ort.Tensor(dtype, arrays[dtype].from(data), shape)]))
  window.train = async ({ carried, state, feeds }) => {
    const session = await ort.InferenceSession.create('/step.onnx')
    const now = tensors(state)
    const losses = []
    for (const fed of feeds) {
      const results = await session.run({ ...now, ...tensors(fed) })
      losses.push(results.loss.data[0])
      for (const [name, output] of Object.entries(carried)) now[name] = results[output]
    }
    return losses
  }
`
const plan = stepGraph(tinyConfig(tinyNetworks.ConvNeXt))
const feeds = Array.from({ length: tinySteps }, (_, step) => tinyFeeds(step, plan))

let browser: Browser
let served: OrtPage
beforeAll(async () => {
  const { model } = encodeModel(toOnnx(lower(plan.graph, portableTarget)), '')
  served = await serveOrtPage('', script, { 'step.onnx': model })
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  served?.close()
})

test('ten steps of a ConvNeXt in a browser have the losses of Node', async () => {
  const program = await (await ortBackend({ threads: 1, blocked: false })).start(
    plan.graph,
    initialState(plan, tinySeed),
  )
  const node = (await program.steps(feeds)).map(({ loss }) => Number(loss!.data[0]))
  await program.release()
  const read = new Set(graphInputs(plan.graph).map(({ attrs }) => attrs.name))
  const listed = (all: Tensors) =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([name]) => read.has(name))
        .map(([name, { dtype, shape, data }]) => [name, { dtype, shape, data: Array.from(data, Number) }]),
    )
  const { page, complaints } = await openFile(browser, served.url)
  await page.waitForFunction('window.train !== undefined')
  const work = { carried: plan.graph.carried, state: listed(initialState(plan, tinySeed)), feeds: feeds.map(listed) }
  const web = await page.evaluate<number[]>(`train(${JSON.stringify(work)})`)
  await page.close()
  expect(complaints).toEqual([])
  expect(web).toHaveLength(tinySteps)
  web.forEach((loss, step) => {
    expect(Math.abs(loss / node[step]! - 1), `loss of step ${step}`).toBeLessThan(webTraining.rtol)
  })
  expect(node.at(-1)).not.toBeCloseTo(node[0]!, 1) // or agreement would say nothing
})
