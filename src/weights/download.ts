import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { dirname, join } from 'node:path'
import { check, makeFolder, naming, withLock } from '../base/index.ts'
import { linkIntoSnapshot, repoFolder } from './cache.ts'
import { cacheNameOf } from './checksum.ts'
import { describeFile, type HubFile, PassingTrouble, requestBytes, withRetries } from './hub.ts'
import { type HubRepo, showHubName } from './hub-name.ts'
import type { HubSettings } from './hub-settings.ts'

/** A connection that brought less than this counts as failed. */
const progressBytes = 1 << 16

/** Who is told how far a download is, and what stops it. */
export interface DownloadOptions {
  /** Told now and then: bytes that are there, of how many. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number, file: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Brings a file into the cache, unless it is there, and gives its path; undefined where the repository has no such file. A broken
 * download goes on where it ended; size and checksum are checked before the file gets its name.
 * @throws HubUnreachable where the network is closed; InputError for what the hub refuses, and for a wrong size or checksum.
 */
export async function fetchFile(
  repo: HubRepo,
  path: string,
  settings: HubSettings,
  options: DownloadOptions = {},
): Promise<string | undefined> {
  const file = await describeFile(repo, path, settings, options.signal)
  if (file === undefined) return undefined
  const folder = repoFolder(settings.cache, repo)
  const blob = join(folder, 'blobs', file.etag)
  const isThere = () => sizeOnDisk(blob) === file.size
  if (!isThere()) {
    const lock = join(settings.cache, '.locks', folder.slice(dirname(folder).length + 1), `${file.etag}.rosette.lock`)
    const work = async () => {
      if (!isThere()) await fetchBlob(file, blob, settings, options) // another process may have been faster
    }
    await withLock(lock, work, { signal: options.signal })
  }
  return linkIntoSnapshot(settings.cache, repo, file)
}

async function fetchBlob(file: HubFile, blob: string, settings: HubSettings, options: DownloadOptions): Promise<void> {
  naming(blob, () => makeFolder(dirname(blob)))
  // not the name that Python's library uses, which appends to what it finds
  const partial = `${blob}.rosette.incomplete`
  const resumed = existsSync(partial)
  await fetchRest(file, partial, settings, options)
  if (!existsSync(partial) && sizeOnDisk(blob) === file.size) return // another process was as far, and renamed it
  if ((await cacheNameOf(partial, file.etag)) !== file.etag) {
    rmSync(partial, { force: true })
    check(
      resumed,
      `${showHubName(file.repo)}: ${file.path} came with a wrong checksum, expected ${file.etag}`,
      'try again',
    )
    return fetchBlob(file, blob, settings, options) // what was left of an earlier attempt was wrong
  }
  naming(blob, () => renameSync(partial, blob))
}

async function fetchRest(
  file: HubFile,
  partial: string,
  settings: HubSettings,
  options: DownloadOptions,
): Promise<void> {
  let furthest = sizeOnDisk(partial) ?? 0
  const progressed = () => {
    const before = furthest
    furthest = sizeOnDisk(partial) ?? 0
    return furthest >= before + progressBytes
  }
  await withRetries(() => attempt(file, partial, settings, options), file.repo, settings, options.signal, progressed)
}

/** One connection: from where the partial file ends to the end. */
async function attempt(file: HubFile, partial: string, settings: HubSettings, options: DownloadOptions): Promise<void> {
  const { signal } = options
  const there = sizeOnDisk(partial) ?? 0
  if (there > file.size) rmSync(partial)
  const begin = there > file.size ? 0 : there
  if (begin === file.size && begin > 0) return
  const response = await requestBytes(file, begin, settings, signal)
  try {
    if (response.statusCode === 416) rmSync(partial, { force: true }) // there is nothing from there on
    await writeBody(response, { file, partial, begin: beginOf(response, begin, file), options })
  } finally {
    response.destroy()
  }
}

/** Where the body begins: a server may send the whole file though a part was asked for. */
function beginOf({ statusCode, headers }: IncomingMessage, asked: number, { size, repo, path }: HubFile): number {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '')
  const begin = statusCode === 206 && range !== null ? Number(range[1]) : statusCode === 200 ? 0 : undefined
  if (begin !== asked && begin !== 0)
    throw new PassingTrouble(`asked for bytes from ${asked}, got status ${statusCode}`)
  const length = headers['content-length']
  check(
    length === undefined || begin + Number(length) === size,
    `${showHubName(repo)}: ${path} has a wrong size, expected ${size} bytes, got ${begin + Number(length)}`,
  )
  return begin
}

/** Bytes are written where they belong, never appended: two processes that did the same would write the same. */
async function writeBody(
  response: IncomingMessage,
  target: {
    readonly file: HubFile
    readonly partial: string
    readonly begin: number
    readonly options: DownloadOptions
  },
): Promise<void> {
  const { file, partial, begin, options } = target
  const handle = openSync(partial, existsSync(partial) ? 'r+' : 'w')
  try {
    let at = begin
    for await (const piece of response) {
      const bytes = piece as Buffer
      check(
        at + bytes.length <= file.size,
        `${showHubName(file.repo)}: ${file.path} is longer than the ${file.size} bytes told`,
      )
      naming(partial, () => {
        for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done, bytes.length - done, at + done)
      })
      at += bytes.length
      options.onProgress?.(at, file.size, file.path)
    }
    if (at < file.size) throw new PassingTrouble(`the connection ended after ${at} of ${file.size} bytes`)
    naming(partial, () => fsyncSync(handle))
  } finally {
    closeSync(handle)
  }
}

function sizeOnDisk(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}
