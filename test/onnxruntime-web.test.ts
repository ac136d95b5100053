import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportModel } from '../src/export/index.ts'
import { openOnnx } from '../src/runtime/index.ts'
import type { Tensor } from '../src/tensor/index.ts'
import { launchBrowser, openFile } from './browser.ts'
import { cosine, randomPixels, temporaryFolder, tinyGeometry, tinyNetwork, tinyTensors } from './model-fixture.ts'
import { type OrtPage, ortFiles, serveOrtPage } from './ort-page.ts'
import { webCosine } from './tolerances.ts'

/** A page that opens a model which its user chooses, and embeds pixels; nothing leaves it. */
const script = `
  const file = document.querySelector('input')
  file.addEventListener('change', async () => {
    window.session = await ort.InferenceSession.create(new Uint8Array(await file.files[0].arrayBuffer()))
  })
  window.embed = async (numbers, shape) => {
    const pixels = new ort.Tensor('uint8', Uint8Array.from(numbers), shape)
    const { embedding } = await window.session.run({ pixels })
    return [...embedding.data]
  }
`

let browser: Browser
let served: OrtPage

beforeAll(async () => {
  served = await serveOrtPage('<input type="file" accept=".onnx">', script)
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  served?.close()
})

/** The same file on the same pixels by onnxruntime-node: rows of 24. */
async function byNode(path: string, pixels: Tensor<'uint8'>): Promise<Float32Array> {
  const model = await openOnnx(path, { threads: 1 })
  const { embedding } = await model.run({ pixels })
  await model.release()
  return embedding!.data as Float32Array
}

/** And by a page whose user chooses the file. */
async function byPage(path: string, pixels: Tensor<'uint8'>): Promise<number[]> {
  const { page, complaints, requests } = await openFile(browser, served.url)
  await page.setInputFiles('input', path)
  await page.waitForFunction('window.session !== undefined')
  const numbers = await page.evaluate<number[]>(`embed(${JSON.stringify([...pixels.data])}, [${pixels.shape}])`)
  await page.close()
  expect(complaints).toEqual([])
  expect(requests.map((request) => request.slice(served.url.length)).sort()).toEqual([...ortFiles].sort())
  return numbers
}

test.each(['fp32', 'int8'] as const)(
  'an exported %s file gives the same embeddings in a browser',
  async (precision) => {
    const folder = temporaryFolder()
    const exported = { network: tinyNetwork, geometry: tinyGeometry, tensors: tinyTensors(), name: 'tiny', precision }
    await exportModel({ ...exported, folder })
    const path = join(folder, 'model.onnx')
    const pixels = randomPixels(3)
    const [node, web] = [await byNode(path, pixels), await byPage(path, pixels)]
    const row = (data: ArrayLike<number>, i: number) => Array.from(data).slice(i * 24, (i + 1) * 24)
    const cosines = [0, 1, 2].map((i) => cosine(row(web, i), row(node, i)))
    console.log(`${precision} in the browser: ${cosines.map((c) => `1 − ${(1 - c).toExponential(1)}`).join(', ')}`)
    for (const i of [0, 1, 2]) {
      expect(cosines[i]).toBeGreaterThan(webCosine[precision])
      expect(Math.hypot(...row(web, i))).toBeCloseTo(1, 5)
      expect(cosine(row(web, i), row(node, (i + 1) % 3))).toBeLessThan(0.99) // or agreement would say nothing
    }
  },
)
