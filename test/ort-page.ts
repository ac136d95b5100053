import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, extname, join } from 'node:path'

const library = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'))
const types: Readonly<Record<string, string>> = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' }

/** ONNX Runtime's files that a page with it loads. */
export const ortFiles = ['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']

/** A page's server on loopback. */
export interface OrtPage {
  readonly url: string
  readonly close: () => void
}

/** Serves a page whose script has ONNX Runtime for browsers as `ort`, on the processor, in one thread. `files` are served beside it. */
export async function serveOrtPage(
  body: string,
  script: string,
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<OrtPage> {
  const page = `<!doctype html>
<meta charset="utf-8"><link rel="icon" href="data:,"><title>rosette in a browser</title>
${body}
<script type="module">
  import * as ort from '/ort.wasm.min.mjs'
  ort.env.wasm.numThreads = 1 // more need headers of the server
  ort.env.wasm.wasmPaths = '/'
${script}
</script>`
  const server: Server = createServer(({ url: path = '/' }, response) => {
    const name = path.slice(1)
    if (name === '') response.setHeader('content-type', 'text/html').end(page)
    else if (files[name] !== undefined) response.end(files[name])
    else if (!ortFiles.includes(name)) response.writeHead(404).end()
    else response.setHeader('content-type', types[extname(name)]!).end(readFileSync(join(library, name)))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() }
}
