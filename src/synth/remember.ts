/** Calls `make` once a key, and forgets the oldest beyond `most`. */
export function remember<T>(most: number, make: (key: string) => T): (key: string) => T {
  const kept = new Map<string, T>()
  return (key) => {
    let value = kept.get(key)
    if (value === undefined) {
      value = make(key)
      kept.set(key, value)
      if (kept.size > most) kept.delete(kept.keys().next().value!)
    }
    return value
  }
}
