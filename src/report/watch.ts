import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { messageOf } from '../base/index.ts'
import { chartStyle, curvesChart, escapeText, svgInline } from '../chart/index.ts'
import type { Curves } from './data.ts'
import { htmlPage } from './html-page.ts'
import { pageStyle } from './page-style.ts'
import { progressWords, type RunLength } from './progress.ts'

/** A page of curves being served. */
export interface CurvesServer {
  readonly url: string
  close(): Promise<void>
}

/** What is served on this machine alone, and under which port. */
export interface ServeCurvesOptions {
  /** What the page is called. */
  readonly title: string
  /** The curves as they are now; called for each request. */
  readonly read: () => Promise<Curves | null>
  /** With it the page tells the time left and the speed. */
  readonly length?: RunLength | undefined
  /** 0 for any that is free. */
  readonly port: number
}

const refreshSeconds = 3

/**
 * Serves a run's curves to this machine alone (127.0.0.1), drawn anew for each request; the page asks again every three
 * seconds and runs no script. A system error where the port is taken.
 */
export async function serveCurves(options: ServeCurvesOptions): Promise<CurvesServer> {
  const { port } = options
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      const headers = {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-store',
        refresh: String(refreshSeconds),
      }
      response.writeHead(500, headers).end(messageOf(error))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Other names than this machine's are refused: a page of somebody else could have its name point here. */
const ownHost = /^(127\.0\.0\.1|localhost)(:\d+)?$/

async function answer(
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  { title, read, length }: ServeCurvesOptions,
): Promise<void> {
  if (!ownHost.test(headers.host ?? '')) return void response.writeHead(403).end()
  if (method !== 'GET' || url !== '/') return void response.writeHead(404).end()
  const html = curvesPage(title, await read(), length)
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html)
}

function curvesPage(title: string, curves: Curves | null, length?: RunLength): string {
  const style = `${pageStyle}\n${chartStyle()}\nbody{padding:12px 20px}svg.chart{max-width:1200px}`
  const chart = curvesChart(curves, title)
  const state = progressWords(curves, length)
  return htmlPage({
    about: `${state}: ${title}`,
    style,
    metas: [`http-equiv="refresh" content="${refreshSeconds}"`],
    body: `<main>
<h1>${escapeText(title)}</h1>
<p>${escapeText(state)}</p>
${chart === undefined ? '' : svgInline(chart)}
</main>`,
  })
}
