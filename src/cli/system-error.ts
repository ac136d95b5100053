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
  ENAMETOOLONG: ['the name is too long', 'choose a shorter name'],
  ENOSPC: ['no space is left on the disk', 'make space, or choose another disk'],
  EDQUOT: ['your share of the disk is used up', 'make space, or ask for a larger quota'],
  EFBIG: ['the file would be larger than the system allows', 'look at `ulimit -f` and at the file system'],
  EIO: ['the disk or the network drive failed', 'try again; look after the disk if it stays'],
  ESTALE: ['the network drive has lost the file', 'try again, or mount the drive anew'],
  EBUSY: ['another program uses it', 'close that program, and try again'],
  ETXTBSY: ['another program runs it', 'close that program, and try again'],
  EXDEV: ['it would have to move to another disk', 'choose a place on the same disk'],
  EMFILE: ['too many files are open', 'raise the limit: `ulimit -n 4096`'],
  ENFILE: ['too many files are open on this machine', 'close other programs'],
  EADDRINUSE: ['the port is taken', 'choose another --port'],
  EAGAIN: ['the system has no room for another process or thread', 'fewer --threads, or a higher `ulimit -u`'],
  ENOMEM: ['no memory is left', 'fewer --threads, or a smaller --batch'],
  EINVAL: ['the system refuses it', 'look at the name'],
}

/**
 * An error of the operating system as `NAME: what (code, call)` and a hint; undefined for every other error. Errors of Node's own
 * arguments have codes too, but no call of the system.
 */
export function systemMessage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, syscall, path, dest, address, port } = error as NodeJS.ErrnoException & {
    readonly dest?: string
    readonly address?: string
    readonly port?: number
  }
  const meaning = code === undefined ? undefined : meanings[code]
  if (meaning === undefined || syscall === undefined) return undefined
  const [what, hint] = meaning
  const place = dest ?? path ?? (address === undefined ? undefined : `${address}:${port ?? ''}`)
  const where = place === undefined ? '' : `${place}: `
  return `${where}${what} (${code}, ${syscall})\nhint: ${hint}`
}
