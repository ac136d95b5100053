import { sep } from 'node:path'

/** The name that a file or folder gets, or had, whose path is of temporary ones: what people know it by. */
export function finalName(path: string): string {
  return path
    .split(sep)
    .map((name) => name.replace(hidden, '$1').replace(shown, '$1'))
    .join(sep)
}

/** A folder that is swapped is hidden until then. */
const hidden = /^\.(.+)\.\d+-[0-9a-f]{7,}\.(?:tmp|old)$/
const shown = /^(.+?)(?:\.old)?\.\d+-[0-9a-f]{7,}\.tmp$/
