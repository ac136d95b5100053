type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What differs between two configurations as `path: before → now`, in the order of `now`. */
export function changedSettings(before: unknown, now: unknown): string[] {
  const [a, b] = [leavesOf(before as Json), leavesOf(now as Json)]
  const paths = [...new Set([...b.keys(), ...a.keys()])]
  return paths
    .filter((path) => a.get(path) !== b.get(path))
    .map((path) => `${path}: ${a.get(path) ?? 'nothing'} → ${b.get(path) ?? 'nothing'}`)
}

/** Every value that is no object, as JSON, by its path. */
function leavesOf(value: Json, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[path, JSON.stringify(value)]])
  const inner = Object.entries(value).map(([key, part]) => leavesOf(part, path === '' ? key : `${path}.${key}`))
  return new Map(inner.flatMap((leaves) => [...leaves]))
}
