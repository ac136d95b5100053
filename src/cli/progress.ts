import { SingleBar } from 'cli-progress'
import { formatDuration } from '../base/index.ts'

/** Shows how far a piece of work is. */
export interface Progress {
  readonly update: (done: number, total: number) => void
  /** Takes the bar off the screen. */
  readonly stop: () => void
}

/** Without a terminal: the first line soon, so that nobody takes a log for dead; the next ones now and then. */
const firstLineMs = 2_000
const lineEveryMs = 15_000

/** On a terminal a bar with the time left, elsewhere a line now and then for work that takes long. All on stderr. */
export function progress(title: string, unit: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  const began = performance.now()
  const leftMs = (done: number, total: number) => ((performance.now() - began) / Math.max(1, done)) * (total - done)
  if (stream.isTTY !== true) {
    let next = began + firstLineMs
    const update = (done: number, total: number) => {
      if (performance.now() < next) return
      next = performance.now() + lineEveryMs
      stream.write(`${title} ${done}/${total} ${unit}, ${formatDuration(leftMs(done, total))} left\n`)
    }
    return { update, stop: () => {} }
  }
  const bar = new SingleBar({
    format: `${title} {bar} {value}/{total} ${unit}, {left} left`,
    stream,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
  })
  let open = false
  const update = (done: number, total: number) => {
    const payload = { left: done === 0 ? '?' : formatDuration(leftMs(done, total)) }
    if (!open) bar.start(total, done, payload)
    bar.setTotal(total) // several files one after another have one bar
    bar.update(done, payload)
    open = true
  }
  return { update, stop: () => open && bar.stop() }
}
