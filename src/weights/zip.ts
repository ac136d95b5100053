import { Readable } from 'node:stream'
import { fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl'
import { check, InputError, messageOf, type RangedFile } from '../base/index.ts'

/** Where the bytes of an archive's member lie in the file. */
export interface ZipEntry {
  readonly begin: number
  readonly length: number
}

/**
 * Members of a zip archive whose members are all stored as they are. Compressed ones are refused: PyTorch makes none, and so
 * nothing is ever larger than the file.
 * @throws InputError naming the file where it is no such archive.
 */
export async function listZip(file: RangedFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const entries = new Map<string, ZipEntry>()
  try {
    const zip = await fromRandomAccessReaderPromise(new RangedReader(file), file.size, { autoClose: false })
    for await (const entry of zip.eachEntry()) {
      const { fileName: name, compressionMethod, compressedSize, uncompressedSize } = entry
      const stored = compressionMethod === 0 && compressedSize === uncompressedSize && !entry.isEncrypted()
      check(stored, `${file.path}: '${name}' is compressed or encrypted, expected an archive of torch.save`)
      check(!entries.has(name), `${file.path}: '${name}' is there twice`)
      const { fileDataStart: begin } = await zip.readLocalFileHeaderPromise(entry, { minimal: true })
      entries.set(name, { begin, length: uncompressedSize })
    }
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(`${file.path}: not a whole zip archive (${messageOf(error)})`)
  }
  return entries
}

/** With yauzl's own reader, offsets that no file has throw in a callback of fs, where nobody can catch them. */
class RangedReader extends RandomAccessReader {
  readonly #file: RangedFile
  constructor(file: RangedFile) {
    super()
    this.#file = file
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    try {
      buffer.set(this.#file.read(position, length), offset)
    } catch (error) {
      return callback(new InputError(messageOf(error)))
    }
    callback(null, length)
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from([this.#file.read(start, end - start)])
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null) // the file is its opener's
  }
}
