import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, extname, join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportModel } from '../src/export/index.ts'
import { openOnnx } from '../src/runtime/index.ts'
import type { Tensor } from '../src/tensor/index.ts'
import { launchBrowser, openFile } from './browser.ts'
import { cosine, randomPixels, temporaryFolder, tinyGeometry, tinyNetwork, tinyTensors } from './model-fixture.ts'
import { webCosine } from './tolerances.ts'

/** A page that opens a model which its user chooses, and embeds pixels; nothing leaves it. */
const page = `<!doctype html>
<meta charset="utf-8"><link rel="icon" href="data:,"><title>rosette in a browser</title>
<input type="file" accept=".onnx">
<script type="module">
  import * as ort from '/ort.wasm.min.mjs'
  ort.env.wasm.numThreads = 1 // more need headers of the server
  ort.env.wasm.wasmPaths = '/'
  const file = document.querySelector('input')
  file.addEventListener('change', async () => {
    window.session = await ort.InferenceSession.create(new Uint8Array(await file.files[0].arrayBuffer()))
  })
  window.embed = async (numbers, shape) => {
    const pixels = new ort.Tensor('uint8', Uint8Array.from(numbers), shape)
    const { embedding } = await window.session.run({ pixels })
    return [...embedding.data]
  }
</script>`

const library = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'))
const served = ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']
const types: Readonly<Record<string, string>> = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' }

let browser: Browser
let server: Server
let url = ''

beforeAll(async () => {
  server = createServer(({ url: path = '/' }, response) => {
    const name = path.slice(1)
    if (name === '') response.setHeader('content-type', 'text/html').end(page)
    else if (!served.includes(name)) response.writeHead(404).end()
    else response.setHeader('content-type', types[extname(name)]!).end(readFileSync(join(library, name)))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser?.close()
  server.close()
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
  const { page, complaints, requests } = await openFile(browser, url)
  await page.setInputFiles('input', path)
  await page.waitForFunction('window.session !== undefined')
  const numbers = await page.evaluate<number[]>(`embed(${JSON.stringify([...pixels.data])}, [${pixels.shape}])`)
  await page.close()
  expect(complaints).toEqual([])
  expect(requests.map((request) => request.slice(url.length)).sort()).toEqual([...served].sort())
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
