import { InputError, messageOf } from './check.ts'

/** An error as plain data, to post between threads: classes, codes and calls of the system do not survive the structured clone. */
export interface PackedError {
  readonly input: boolean
  /** Without its hint. */
  readonly message: string
  /** Of an InputError: the cure, where it is known. */
  readonly hint: string | undefined
  readonly stack: string | undefined
  /** Of errors of the operating system: ENOSPC, its number, write and the file, say. */
  readonly code: string | undefined
  readonly errno: number | undefined
  readonly syscall: string | undefined
  readonly path: string | undefined
}

/** Anything that was thrown, as plain data. */
export function packError(error: unknown): PackedError {
  const { stack, code, errno, syscall, path, dest } = (error instanceof Error ? error : {}) as Partial<
    NodeJS.ErrnoException & { readonly dest: string }
  >
  const input = error instanceof InputError
  return {
    input,
    message: input ? error.what : messageOf(error),
    hint: input ? error.hint : undefined,
    stack,
    code,
    errno,
    syscall,
    path: dest ?? path,
  }
}

/** The error that was packed, to be thrown again. */
export function unpackError({ input, message, hint, stack, ...ofSystem }: PackedError): Error {
  const error = input ? new InputError(message, hint) : new Error(message)
  if (stack !== undefined) error.stack = stack
  for (const [name, value] of Object.entries(ofSystem)) if (value !== undefined) Object.assign(error, { [name]: value })
  return error
}
