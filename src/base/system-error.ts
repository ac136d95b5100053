import { fileURLToPath } from 'node:url'
import { getSystemErrorMap } from 'node:util'
import { finalName } from './final-name.ts'

/** Of an output's name that is too long, or nearly. */
export const longerWhileWritten = 'choose a shorter name: while it is written, a file has some 30 letters more'

/** What errors of the system mean, and what to do. Nothing of them would a stack explain. */
const meanings: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  EACCES: ['no permission', 'change its permissions, or choose another place'],
  EPERM: ['the system does not allow it', 'change its permissions, or choose another place'],
  EROFS: ['it lies on a disk that cannot be written', 'choose another place'],
  ENOENT: ['no such file or folder', 'look at the name'],
  ENOTDIR: ['a file stands where a folder is expected', 'look at the name'],
  EISDIR: ['a folder, where a file is expected', 'look at the name'],
  EEXIST: ['it exists already', 'choose another name'],
  ENOTEMPTY: ['the folder is not empty', 'choose another name'],
  ELOOP: ['links that lead to each other', 'look at the links along the path'],
  EMLINK: ['the disk allows no more links', 'choose another disk'],
  ENAMETOOLONG: ['the name is too long', longerWhileWritten],
  EILSEQ: ['the disk does not allow such a name', 'choose a name of plain letters'],
  ENOSPC: ['no space is left on the disk', 'make space, or choose another disk'],
  EDQUOT: ['your share of the disk is used up', 'make space, or ask for a larger quota'],
  EFBIG: ['the file would be larger than the system allows', 'look at `ulimit -f` and at the file system'],
  EIO: ['the disk or the network drive failed', 'try again; look after the disk if it stays'],
  ESTALE: ['the network drive has lost the file', 'try again, or mount the drive anew'],
  ETIMEDOUT: ['the network drive does not answer', 'try again, or mount the drive anew'],
  EHOSTDOWN: ['the network drive does not answer', 'try again, or mount the drive anew'],
  EBUSY: ['another program uses it', 'close that program, and try again'],
  ETXTBSY: ['another program runs it', 'close that program, and try again'],
  EXDEV: ['it would have to move to another disk', 'choose a place on the same disk'],
  ENXIO: ['a device or a pipe that nobody serves', 'name a file'],
  ENODEV: ['a device or a pipe that nobody serves', 'name a file'],
  ENOTSUP: ['the disk cannot do this', 'choose a place on another disk'],
  ENOSYS: ['the disk cannot do this', 'choose a place on another disk'],
  EMFILE: ['too many files are open', 'raise the limit: `ulimit -n 4096`'],
  ENFILE: ['too many files are open on this machine', 'close other programs'],
  EADDRINUSE: ['the port is taken', 'choose another `port`'],
  EADDRNOTAVAIL: ['this machine has no such address', 'choose another address'],
  EAGAIN: ['the system has no room for another process or thread', 'fewer `threads`, or a higher `ulimit -u`'],
  ENOMEM: ['no memory is left', 'fewer `threads`, or a smaller `batch`'],
  EINVAL: ['the system refuses it', 'look at the name'],
}

/** Not of a file but of the whole process, whatever it opens next. */
const ofProcess: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])

/** Calls that are right or wrong by the program alone. */
const bugs: ReadonlySet<string> = new Set(['EBADF', 'EFAULT'])

/** An error of the operating system, as Node throws it. */
interface SystemError extends NodeJS.ErrnoException {
  readonly code: string
  readonly syscall: string
  dest?: string
  readonly address?: string
  readonly port?: number
}

/** True for errors of the operating system. Those of Node's own arguments have codes too, but no call of the system. */
function isSystemError(error: unknown): error is SystemError {
  if (!(error instanceof Error)) return false
  const { code, syscall } = error as NodeJS.ErrnoException
  return code !== undefined && syscall !== undefined && /^E[A-Z\d]+$/.test(code) && !bugs.has(code)
}

/** True where the process has too much open, or too little memory: the next file has the same error, so that none is to blame. */
export function isOfProcess(error: unknown): boolean {
  return isSystemError(error) && ofProcess.has(error.code)
}

/**
 * What `work` gives. An error of the system in it is thrown on with `path` as its file: calls that write and read name none, and others
 * the temporary one.
 */
export function naming<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw named(error, path)
  }
}

function named(error: unknown, path: string): unknown {
  if (!isSystemError(error)) return error
  error.path = finalName(path)
  delete error.dest
  error.message = `${error.code}: ${wordsOf(error)}, ${error.syscall} '${error.path}'`
  return error
}

/** The system's own words for an error. */
function wordsOf({ errno, code }: SystemError): string {
  return (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? meanings[code]?.[0] ?? code
}

/** Calls that look for a file and write none. */
const looking: ReadonlySet<string> = new Set(['stat', 'lstat', 'access', 'scandir', 'opendir', 'readlink', 'realpath'])

/** Where a file that is there by its name was to be read, other things can be done than where one was to be written. */
const readingHints: Readonly<Record<string, string>> = {
  ENAMETOOLONG: 'no file of this system can have such a name: look at the name',
}

/** What went wrong, without the file, and what to do, also where the file was to be read; undefined for every error that is not the system's. */
export function systemTrouble(
  error: unknown,
  { isRead = false } = {},
): { readonly what: string; readonly hint: string } | undefined {
  if (!isSystemError(error)) return undefined
  const { code, syscall, address } = error
  const [what, usual] = meanings[code] ?? [wordsOf(error), 'the system says so: look at the file and at its disk']
  const hintToRead = isRead || looking.has(syscall) ? readingHints[code] : undefined
  const isPort = code === 'EACCES' && address !== undefined
  return {
    what: `${what} (${code}, ${syscall})`,
    hint: isPort ? 'choose another `port`: those below 1024 are for the administrator' : (hintToRead ?? usual),
  }
}

/** An error of the operating system as `NAME: what (code, call)` and a hint; undefined for every other error. */
export function systemMessage(error: unknown): string | undefined {
  const trouble = systemTrouble(error)
  if (trouble === undefined || !isSystemError(error)) return undefined
  const { dest, path, address, port } = error
  const file = isOwnCode(dest ?? path) ? undefined : (dest ?? path)
  const place = file === undefined ? (address === undefined ? undefined : `${address}:${port ?? ''}`) : finalName(file)
  return `${place === undefined ? '' : `${place}: `}${trouble.what}\nhint: ${trouble.hint}`
}

/** A file of the program itself, which is read when it is first needed: no file that its user knows. */
function isOwnCode(path: string | undefined): boolean {
  return path !== undefined && (path.startsWith(ownFolder) || /[\\/]node_modules[\\/]/.test(path))
}

/** `src` here and `dist` where it is compiled. */
const ownFolder = fileURLToPath(new URL('..', import.meta.url))
