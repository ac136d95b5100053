/**
 * A number with the word for what it counts: `1 photo`, `12 photos`. `many` is the word for any number but one, where it is not `one` and an
 * s: `counted(n, 'query', 'queries')`. A verb that follows goes into both words: `counted(n, 'photo is', 'photos are')`.
 */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}
