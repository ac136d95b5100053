import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** Where a Chromium may be; the first that is there is used. */
const places = [
  process.env.ROSETTE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-sync',
  '--disable-component-update',
]

/** A Chromium without network chatter of its own. @throws Error telling what to install where there is none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = places.find((path) => path !== undefined && existsSync(path))
  if (executablePath === undefined) {
    throw new Error('tests in a browser need Chromium: apt-get install chromium, or name one in ROSETTE_CHROMIUM')
  }
  return chromium.launch({ executablePath, args: quiet })
}

/** A page, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page
  /** Errors and warnings of the console, and errors that nobody caught. */
  readonly complaints: string[]
  /** Requests for anything but the file itself and what is inside it. */
  readonly requests: string[]
  /** Milliseconds of script of each step: a pointer's movement and the frame that it asked for. */
  readonly steps: () => Promise<number[]>
  /** Milliseconds of processor time of the page's thread so far, parsing and drawing included: what others run does not count. */
  readonly busyMs: () => Promise<number>
}

/** Opens a file as somebody would who double-clicks it. */
export async function openFile(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 820 }, ...options })
  const [complaints, requests]: [string[], string[]] = [[], []]
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && request.url() !== url) requests.push(request.url())
  })
  await page.addInitScript(timeSteps)
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const busyMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN)
  }
  await page.goto(url)
  return { page, complaints, requests, steps: () => page.evaluate('window.steps.splice(0)'), busyMs }
}

/** Runs in the page before its own script. */
const timeSteps = `
  window.steps = []
  const timed = (work) => { const began = performance.now(); work(); return performance.now() - began }
  const add = EventTarget.prototype.addEventListener
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const wrapped = type !== 'pointermove' ? listener : (event) => window.steps.push(timed(() => listener.call(this, event)))
    return add.call(this, type, wrapped, options)
  }
  const request = window.requestAnimationFrame
  window.requestAnimationFrame = (draw) => request.call(window, (time) => {
    const spent = timed(() => draw(time))
    if (window.steps.length > 0) window.steps[window.steps.length - 1] += spent
  })
`
