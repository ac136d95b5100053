import { SingleBar } from 'cli-progress'
import { formatDuration, visible } from '../base/index.ts'

/** Shows how far a piece of work is. */
export interface Progress {
  readonly update: (done: number, total: number) => void
  /** Takes the bar off the screen. */
  readonly stop: () => void
}

export interface ProgressOptions {
  readonly stream?: NodeJS.WriteStream
  /** The whole line, for work that has more to tell than its numbers; `bar` is as it is everywhere. */
  readonly line?: ((bar: string) => string) | undefined
  /** Without a terminal: when the next line is due, of several stages together. */
  readonly due?: NextLine
}

interface NextLine {
  atMs: number
}

/** Without a terminal: the first line soon, so that nobody takes a log for dead; the next ones now and then. */
const firstLineMs = 2_000
const lineEveryMs = 15_000

/** On a terminal: redraws in a second at most. */
const redraws = 10
const barLength = 20

/**
 * Every command's way to say how far it is, on stderr: on a terminal one line that changes and is gone at the end; elsewhere a line
 * after two seconds and then every 15, also where the work stands still meanwhile.
 */
export function progress(title: string, unit: string, options: ProgressOptions = {}): Progress {
  const { stream = process.stderr, line, due = firstLine() } = options
  const clock = stageClock()
  const words = (done: number, total: number, bar: string) => {
    if (line !== undefined) return line(bar)
    const left = clock.leftMs(done, total)
    const time = left === undefined ? '' : `, ${formatDuration(left)} left`
    const of = total === 0 ? '' : `/${total}` // nobody knows of how many
    return visible(`${title}${bar === '' ? '' : ` ${bar}`} ${done}${of} ${unit}${time}`)
  }
  return stream.isTTY === true ? onTerminal(stream, clock, words) : inLines(stream, { clock, words, due })
}

/** The one look of a bar. */
export function barOf(share: number): string {
  const full = Math.round(share * barLength)
  return `[${'█'.repeat(full)}${'░'.repeat(barLength - full)}]`
}

/** What downloads are counted in. */
export function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10
}

type Words = (done: number, total: number, bar: string) => string

interface StageClock {
  readonly advance: (done: number) => void
  /** Undefined where nobody knows yet. */
  readonly leftMs: (done: number, total: number) => number | undefined
}

/** Before so much of the work is done, and so many pieces of it or a quarter, its pace is that of a few, and what it promises jumps. */
const steady = { share: 0.05, pieces: 3 }
/** Pieces after the first one that tell a pace without it. */
const afterFirst = 2
/** How close the instants are that are remembered: this share of the time so far. */
const markShare = 0.01

interface Instant {
  readonly at: number
  readonly done: number
}

/**
 * The time left, by the pace of the second half of the time since the first word: what was there before it took no time, and work that goes on after it was
 * stopped begins with pieces that take next to none. As soon as that can be told, the first piece is left out of the pace: it is waited for while
 * everything is prepared.
 */
function stageClock(): StageClock {
  let first: Instant | undefined
  let prepared: Instant | undefined
  const marks: Instant[] = []
  const halfWay = (now: number, done: number): Instant | undefined => {
    const half = (first!.at + now) / 2
    return marks.findLast((mark) => mark.at <= half && done - mark.done >= afterFirst)
  }
  return {
    advance: (done) => {
      const now = { at: performance.now(), done }
      if (done < (marks.at(-1)?.done ?? 0)) {
        // other work with the same words begins
        first = undefined
        prepared = undefined
        marks.length = 0
      }
      first ??= now
      if (done > first.done) prepared ??= now
      const last = marks.at(-1)
      if (last === undefined || now.at - last.at >= markShare * (now.at - first.at)) marks.push(now)
    },
    leftMs: (done, total) => {
      if (first === undefined || done <= first.done || done >= total) return undefined
      const all = total - first.done
      if (done - first.done < Math.max(steady.share * all, Math.min(steady.pieces, all / 4))) return undefined
      const now = performance.now()
      const begun = prepared !== undefined && done - prepared.done >= afterFirst ? prepared : first
      const half = halfWay(now, done)
      const since = half !== undefined && half.at > begun.at ? half : begun
      return ((now - since.at) / (done - since.done)) * (total - done)
    },
  }
}

function onTerminal(stream: NodeJS.WriteStream, clock: StageClock, words: Words): Progress {
  const bar = new SingleBar({
    format: (_, { value, total, progress: share }) => words(value, total, total === 0 ? '' : barOf(share)),
    stream,
    fps: redraws,
    hideCursor: true,
    clearOnComplete: true,
  })
  let open = false
  return {
    update: (done, total) => {
      clock.advance(done)
      if (!open) bar.start(total, done)
      open = true
      bar.setTotal(total) // several files one after another have one bar
      bar.update(done)
    },
    stop: () => {
      if (open) bar.stop()
      open = false
    },
  }
}

/** A command says its first word so soon after it was started that a watcher never waits two seconds. */
const firstWordMs = 1_200

/** When the first line is due of work that begins with the command: `performance.now()` counts from the start of the process. */
export function firstWord(): NextLine {
  const { atMs } = firstLine()
  return { atMs: performance.now() < firstWordMs ? Math.min(atMs, firstWordMs) : atMs }
}

function firstLine(): NextLine {
  return { atMs: performance.now() + firstLineMs }
}

function inLines(
  stream: NodeJS.WriteStream,
  { clock, words, due }: { readonly clock: StageClock; readonly words: Words; readonly due: NextLine },
): Progress {
  let state: readonly [done: number, total: number] | undefined
  let timer: NodeJS.Timeout | undefined
  const write = () => {
    due.atMs = performance.now() + lineEveryMs
    stream.write(`${words(...state!, '')}\n`)
  }
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (performance.now() >= due.atMs) write()
      wait()
    }, due.atMs - performance.now()).unref()
  }
  return {
    update: (done, total) => {
      clock.advance(done)
      state = [done, total]
      if (performance.now() >= due.atMs) write() // also where work in one go lets no timer come
      if (timer === undefined) wait()
    },
    stop: () => {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

/** Stages of one piece of work, which follow each other. */
export interface StagedProgress {
  readonly update: (title: string, unit: string, done: number, total: number) => void
  readonly stop: () => void
}

/** One bar after the other. */
export function stagedProgress(options: ProgressOptions = {}): StagedProgress {
  let open: { readonly title: string; readonly bar: Progress } | undefined
  const due = firstLine()
  return {
    update: (title, unit, done, total) => {
      if (open?.title !== title) {
        open?.bar.stop()
        open = { title, bar: progress(title, unit, { due, ...options }) }
      }
      open.bar.update(done, total)
    },
    stop: () => {
      open?.bar.stop()
      open = undefined
    },
  }
}
